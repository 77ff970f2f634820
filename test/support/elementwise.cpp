#include "elementwise.hpp"

#include <xgrad/array/flip.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/engine/thread_limit.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/tensor/construct.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace elementwise {

using oracle::record;
using xgrad::tensor;

template <class T, class From>
tensor<T> as_numbers(tensor<From> const& x)
{
    std::vector<T> elements;
    for (auto element : x) {
        elements.push_back(static_cast<T>(element));
    }
    return xgrad::constant(elements, x.shape());
}

template tensor<double> as_numbers<double>(tensor<bool> const&);
template tensor<float> as_numbers<float>(tensor<bool> const&);
template tensor<double> as_numbers<double>(tensor<std::int64_t> const&);
template tensor<float> as_numbers<float>(tensor<std::int64_t> const&);
template tensor<double> as_numbers<double>(tensor<float> const&);

namespace {

template <class T>
function<T> const& in(operation const& f)
{
    if constexpr (std::same_as<T, double>) {
        return f.in_double;
    } else {
        return f.in_float;
    }
}

template <class T>
tensor<T> read_tensor(oracle::array const& a)
{
    return xgrad::constant(std::vector<T>(a.data.begin(), a.data.end()), a.shape);
}

template <class T>
arguments<T> inputs_of(record const& r)
{
    arguments<T> result;
    for (auto const& input : r.inputs) {
        result.push_back(read_tensor<T>(input));
    }
    return result;
}

// The records of a file that a line of the table can run.
std::vector<record const*> records_of(std::string const& file, operation const& f)
{
    std::vector<record const*> result;
    for (auto const& r : oracle::load(file)) {
        if (r.op == f.name && r.inputs.size() == f.arity && !r.attributes.has("expr")) {
            result.push_back(&r);
        }
    }
    return result;
}

// Value and gradients, incoming gradient given.
template <class T>
struct outcome
{
    tensor<T> value;
    std::vector<tensor<T>> gradients;
};

template <class T>
outcome<T>
run(operation const& f,
    arguments<T> const& x,
    oracle::attribute_list const& attributes,
    tensor<T> const* out_grad)
{
    auto tape = xgrad::create_tape();
    // One name each: the same tensor twice is two arguments.
    arguments<T> own;
    for (auto const& argument : x) {
        own.push_back(argument.detach());
    }
    tensor<T> y = in<T>(f)(own, attributes);
    if (out_grad == nullptr) {
        return {y, {}};
    }
    try {
        return {y, grad(tape, y, own, *out_grad, {.unconnected = xgrad::unconnected::zero})};
    } catch (xgrad::tape_error const&) {
        // Truth values are not on the tape.
        std::vector<tensor<T>> zeros;
        for (auto const& argument : own) {
            zeros.push_back(xgrad::zeros<T>(argument.shape()));
        }
        return {y, zeros};
    }
}

void expect(std::optional<std::string> const& difference)
{
    BOOST_TEST(!difference, difference.value_or(""));
}

void compare_with(std::string const& file, std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        for (auto const* r : records_of(file, f)) {
            auto const differentiable = !r->output_gradients.empty() && r->output_gradients[0] &&
                std::any_of(r->gradients.begin(), r->gradients.end(), [](auto const& g) {
                    return g.has_value();
                });
            tensor<double> seed;
            if (differentiable) {
                seed = read_tensor<double>(*r->output_gradients[0]);
            }
            auto const actual = run<double>(
                f, inputs_of<double>(*r), r->attributes, differentiable ? &seed : nullptr);
            expect(oracle::compare_output(oracle::read(actual.value), *r));
            for (std::size_t i = 0; differentiable && i < r->gradients.size(); ++i) {
                if (r->gradients[i]) {
                    BOOST_TEST_CONTEXT("gradient of operand " << i)
                    {
                        expect(oracle::compare_gradient(oracle::read(actual.gradients[i]), *r, i));
                    }
                }
            }
        }
    }
}

void values_and_gradients_agree_with_the_reference(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        BOOST_TEST(!records_of("elementwise", f).empty(), f.name << " has no reference data");
    }
    compare_with("elementwise", operations);
}

void special_values_follow_the_conventions(std::vector<operation> const& operations)
{
    compare_with("edge", operations);
}

void operands_are_broadcast_and_their_gradients_summed(std::vector<operation> const& operations)
{
    compare_with("broadcast", operations);
}

// ---- accuracy

template <class T>
double error_in_ulps(double actual, double expected)
{
    if (actual == expected || (std::isnan(actual) && std::isnan(expected))) {
        return 0;
    }
    auto const magnitude = std::abs(static_cast<T>(expected));
    auto const above = std::nextafter(magnitude, std::numeric_limits<T>::infinity());
    auto const unit =
        std::isinf(above) ? magnitude - std::nextafter(magnitude, T(0)) : above - magnitude;
    auto const error = std::abs(actual - expected) / static_cast<double>(unit);
    return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

template <class T>
void check_accuracy(operation const& f, record const& r)
{
    auto const actual = oracle::read(in<T>(f)(inputs_of<T>(r), r.attributes));
    double worst = 0;
    for (std::size_t i = 0; i < actual.data.size(); ++i) {
        if (!r.outputs[0].skip[i]) {
            worst = std::max(worst, error_in_ulps<T>(actual.data[i], r.outputs[0].data[i]));
        }
    }
    BOOST_TEST_MESSAGE(r.name << ": at most " << worst << " ulp");
    expect(oracle::compare_output(actual, r));
}

void values_are_accurate_to_a_few_units_in_the_last_place(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        for (auto const* r : records_of("ulp", f)) {
            if (r->inputs[0].dtype == "float32") {
                check_accuracy<float>(f, *r);
            } else {
                check_accuracy<double>(f, *r);
            }
        }
    }
}

// ---- float: the same as in double at the same points, which the reference data have checked

bool agrees_in_float(float actual, double expected, double absolute)
{
    if (std::isnan(expected)) {
        return std::isnan(actual);
    }
    constexpr double largest = std::numeric_limits<float>::max();
    if (std::abs(expected) > largest) {
        return std::isinf(actual) && std::signbit(actual) == std::signbit(expected);
    }
    if (std::isinf(actual)) {
        return std::abs(expected) > 0.999 * largest;
    }
    return std::abs(actual - expected) <= 1e-5 * std::abs(expected) + absolute;
}

void float_agrees_with_double(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        for (auto const* r : records_of("elementwise", f)) {
            auto const narrow = inputs_of<float>(*r);
            arguments<double> wide;
            for (auto const& x : narrow) {
                wide.push_back(as_numbers<double>(x));
            }
            auto const& shape = r->outputs[0].shape;
            auto const seed = xgrad::ones<double>(shape);
            auto const float_seed = xgrad::ones<float>(shape);
            auto const expected = run<double>(f, wide, r->attributes, &seed);
            auto const actual = run<float>(f, narrow, r->attributes, &float_seed);
            auto const check = [&](tensor<float> const& a, tensor<double> const& e, double more) {
                BOOST_REQUIRE(a.size() == e.size());
                auto next = e.begin();
                for (auto const value : a) {
                    double const reference = *next;
                    ++next;
                    BOOST_TEST(
                        agrees_in_float(value, reference, more),
                        r->name << ": float " << value << ", double " << reference);
                }
            };
            check(actual.value, expected.value, 1e-44);
            for (std::size_t i = 0; i < actual.gradients.size(); ++i) {
                check(actual.gradients[i], expected.gradients[i], 1e-6);
            }
        }
    }
}

// ---- derivatives of any order against central differences of the order below

// The derivative by one operand after the other, elementwise: each tape records the gradients of
// the ones made after it.
tensor<double> derivative(
    operation const& f,
    arguments<double> const& x,
    oracle::attribute_list const& attributes,
    std::vector<std::size_t> const& operands)
{
    std::vector<xgrad::tape> tapes;
    arguments<double> own;
    for (auto const& argument : x) {
        own.push_back(argument.detach());
    }
    for (std::size_t i = 0; i < operands.size(); ++i) {
        tapes.push_back(xgrad::create_tape());
    }
    auto y = f.in_double(own, attributes);
    for (auto const operand : operands) {
        y = grad(tapes.back(), y, own[operand], {.unconnected = xgrad::unconnected::zero});
        tapes.pop_back();
    }
    return y;
}

void expect_central_difference(
    operation const& f, record const& r, std::vector<std::size_t> const& below, std::size_t operand)
{
    auto const x = inputs_of<double>(r);
    auto path = below;
    path.push_back(operand);
    auto const value = oracle::read(derivative(f, x, r.attributes, below)).data;
    auto const exact = oracle::read(derivative(f, x, r.attributes, path)).data;
    auto const points = r.inputs[operand].data;
    auto const difference = [&](double step) {
        auto at = [&](double sign) {
            auto moved = points;
            for (auto& p : moved) {
                p += sign * step * std::abs(p);
            }
            auto arguments = x;
            arguments[operand] = xgrad::constant(moved, r.inputs[operand].shape);
            return oracle::read(derivative(f, arguments, r.attributes, below)).data;
        };
        auto result = at(1);
        auto const lower = at(-1);
        for (std::size_t k = 0; k < result.size(); ++k) {
            auto const high = points[k] + step * std::abs(points[k]);
            auto const low = points[k] - step * std::abs(points[k]);
            result[k] = (result[k] - lower[k]) / (high - low);
        }
        return result;
    };
    auto const coarse = difference(2e-5);
    auto const fine = difference(1e-5);
    std::size_t compared = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
        // What rounding makes of a difference: of values relatively, of derivatives, in which terms
        // cancel, absolutely too.
        auto const noise = (1e-14 * std::abs(value[k]) + (below.empty() ? 0 : 1e-15)) /
            (1e-5 * std::abs(points[k]));
        auto const spread = std::abs(coarse[k] - fine[k]);
        // Next to a singularity a difference tells nothing.
        if (!(spread <= 1e-4 * std::abs(fine[k]) + 10 * noise)) {
            continue;
        }
        ++compared;
        BOOST_TEST(
            std::abs(exact[k] - fine[k]) <= 3 * spread + 1e-6 * std::abs(exact[k]) + 10 * noise,
            r.name << " order " << path.size() << " operand " << operand << " at " << points[k]
                   << ": derivative " << exact[k] << ", difference " << fine[k]);
    }
    BOOST_TEST(compared >= exact.size() / 2, r.name << ": " << compared);
}

template <class Check>
void for_each_differentiable(std::vector<operation> const& operations, Check&& check)
{
    for (auto const& f : operations) {
        for (auto const* r : records_of("elementwise", f)) {
            for (std::size_t i = 0; i < r->inputs.size(); ++i) {
                if (r->inputs[i].dtype == "float64" && r->outputs[0].dtype == "float64") {
                    check(f, *r, i);
                }
            }
        }
    }
}

void gradients_agree_with_central_differences(std::vector<operation> const& operations)
{
    for_each_differentiable(operations, [](operation const& f, record const& r, std::size_t i) {
        expect_central_difference(f, r, {}, i);
    });
}

void second_derivatives_agree_with_differences_of_gradients(
    std::vector<operation> const& operations)
{
    for_each_differentiable(operations, [](operation const& f, record const& r, std::size_t i) {
        for (std::size_t j = 0; j < r.inputs.size(); ++j) {
            if (r.inputs[j].dtype == "float64") {
                expect_central_difference(f, r, {i}, j);
            }
        }
    });
}

void third_derivatives_agree_with_differences_of_second_ones(
    std::vector<operation> const& operations)
{
    for_each_differentiable(operations, [](operation const& f, record const& r, std::size_t i) {
        expect_central_difference(f, r, {i, i}, i);
    });
}

// ---- shapes and positions

template <class T>
bool same_bits(T a, T b)
{
    return std::memcmp(&a, &b, sizeof(T)) == 0 || (std::isnan(a) && std::isnan(b));
}

// Element i of each operand's reference points, over and over.
template <class T>
arguments<T> points(record const& r, std::size_t size, std::size_t first = 0)
{
    arguments<T> result;
    for (auto const& input : r.inputs) {
        std::vector<T> elements(size);
        for (std::size_t i = 0; i < size; ++i) {
            elements[i] = static_cast<T>(input.data[(first + i) % input.data.size()]);
        }
        result.push_back(xgrad::constant(elements));
    }
    return result;
}

template <class T>
std::vector<T> elements_of(tensor<T> const& x)
{
    return std::vector<T>(x.begin(), x.end());
}

// Values and gradients of one call, one list after the other.
template <class T>
std::vector<std::vector<T>>
all_of(operation const& f, arguments<T> const& x, oracle::attribute_list const& attributes)
{
    auto const value = in<T>(f)(x, attributes);
    auto const seed = xgrad::ones<T>(value.shape());
    auto const result = run<T>(f, x, attributes, &seed);
    std::vector<std::vector<T>> lists{elements_of(result.value)};
    for (auto const& gradient : result.gradients) {
        lists.push_back(elements_of(gradient));
    }
    return lists;
}

template <class T>
void expect_elements(
    std::vector<std::vector<T>> const& actual,
    std::vector<std::vector<T>> const& singles,
    std::size_t first,
    std::size_t step,
    std::string const& what)
{
    BOOST_REQUIRE(actual.size() == singles.size());
    for (std::size_t list = 0; list < actual.size(); ++list) {
        std::size_t different = 0;
        auto const period = singles[list].size();
        for (std::size_t i = 0; i < actual[list].size(); ++i) {
            different += !same_bits(actual[list][i], singles[list][(first + i * step) % period]);
        }
        BOOST_TEST(different == 0u, what << ", list " << list << ": " << different << " differ");
    }
}

// Values and gradients of each point on its own, one list after the other.
template <class T>
std::vector<std::vector<T>> one_by_one(operation const& f, record const& r)
{
    std::vector<std::vector<T>> singles(1 + f.arity);
    for (std::size_t i = 0; i < r.inputs[0].data.size(); ++i) {
        auto x = points<T>(r, 1, i);
        for (auto& argument : x) {
            argument = xgrad::reshape(argument, {});
        }
        auto const one = all_of<T>(f, x, r.attributes);
        for (std::size_t list = 0; list < one.size(); ++list) {
            BOOST_REQUIRE(one[list].size() == 1u);
            singles[list].push_back(one[list][0]);
        }
    }
    return singles;
}

template <class T, class View>
arguments<T> views(arguments<T> x, View&& view)
{
    for (auto& argument : x) {
        argument = view(argument);
    }
    return x;
}

template <class T>
void check_positions(operation const& f, record const& r)
{
    auto const singles = one_by_one<T>(f, r);
    auto const period = singles[0].size();
    auto const check =
        [&](arguments<T> const& x, std::size_t first, std::size_t step, char const* what) {
            expect_elements(
                all_of<T>(f, x, r.attributes),
                singles,
                first,
                step,
                r.name + ' ' + what + ", size " + std::to_string(x[0].size()));
        };
    for (std::size_t size : {0u, 1u, 3u, 4u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 1000u}) {
        for (std::size_t first : {0u, 5u}) {
            check(points<T>(r, size, first), first, 1, "dense");
        }
    }
    auto const x = points<T>(r, 300);
    using xgrad::range;
    check(views(x, [](auto const& a) { return view(a, range(0, 300, 3)); }), 0, 3, "strided");
    check(views(x, [](auto const& a) { return view(a, range(1, 300)); }), 1, 1, "shifted");
    auto const back = period - 1; // a step back, around the period
    check(views(x, [](auto const& a) { return flip(a, 0); }), 299, back, "reversed");
    auto const matrices = views(x, [](auto const& a) { return reshape(a, {100, 3}); });
    auto const turned = views(matrices, [](auto const& a) { return transpose(a); });
    auto const lists = all_of<T>(f, turned, r.attributes);
    for (std::size_t j = 0; j < 3; ++j) {
        auto row = lists;
        for (auto& list : row) {
            list = std::vector<T>(list.begin() + j * 100, list.begin() + (j + 1) * 100);
        }
        expect_elements(row, singles, j, 3, r.name + " transposed");
    }
}

void an_element_does_not_depend_on_its_position(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        auto const* r = records_of("elementwise", f).front();
        check_positions<double>(f, *r);
        check_positions<float>(f, *r);
    }
}

// Beside ordinary and beside special operands, whose registers may take another path.
void a_special_value_does_not_depend_on_its_position(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        for (auto const* r : records_of("edge", f)) {
            auto const size = r->inputs[0].data.size();
            auto const same = [&](auto const& input) { return input.data.size() == size; };
            if (size > 1 && std::all_of(r->inputs.begin(), r->inputs.end(), same)) {
                check_positions<double>(f, *r);
                check_positions<float>(f, *r);
            }
        }
    }
}

template <class T>
void check_threads(operation const& f, record const& r)
{
    // Work for several threads, whatever it costs; no multiple of a register, block or chunk.
    constexpr std::size_t size = 70'001;
    auto const singles = one_by_one<T>(f, r);
    auto const x = points<T>(r, size);
    for (int const threads : {1, 2, 3}) {
        xgrad::set_num_threads(threads);
        auto const all = all_of<T>(f, x, r.attributes);
        xgrad::set_num_threads(0);
        expect_elements(all, singles, 0, 1, r.name + " on " + std::to_string(threads) + " threads");
    }
}

void an_element_does_not_depend_on_the_number_of_threads(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        auto const* r = records_of("elementwise", f).front();
        check_threads<double>(f, *r);
        check_threads<float>(f, *r);
    }
}

// x as the result, and as all operands, of the same call.
void a_result_may_replace_its_operand(std::vector<operation> const& operations)
{
    for (auto const& f : operations) {
        auto const* r = records_of("elementwise", f).front();
        auto const x = points<double>(*r, 36);
        auto const expected = elements_of(in<double>(f)(x, r->attributes));
        auto aliased = x;
        aliased[0] = in<double>(f)(aliased, r->attributes);
        expect_elements<double>({elements_of(aliased[0])}, {expected}, 0, 1, r->name);

        auto const matrix = xgrad::reshape(x[0], {6, 6});
        arguments<double> same(f.arity, matrix);
        same.back() = xgrad::transpose(matrix);
        arguments<double> copies;
        for (auto const& argument : same) {
            copies.push_back(xgrad::constant(elements_of(argument), argument.shape()));
        }
        auto const apart = elements_of(in<double>(f)(copies, r->attributes));
        same[0] = in<double>(f)(same, r->attributes);
        expect_elements<double>({elements_of(same[0])}, {apart}, 0, 1, r->name + " transposed");
    }
}

using check = void (*)(std::vector<operation> const&);

void add(std::vector<operation> const& operations, std::string const& sentence, check f)
{
    boost::unit_test::framework::current_auto_test_suite().add(boost::unit_test::make_test_case(
        [operations, f] { f(operations); }, sentence, __FILE__, __LINE__));
}

} // namespace

ordinary_checks::ordinary_checks(std::vector<operation> const& operations)
{
    add(operations,
        "values_and_gradients_agree_with_the_reference",
        values_and_gradients_agree_with_the_reference);
    add(operations,
        "operands_are_broadcast_and_their_gradients_summed",
        operands_are_broadcast_and_their_gradients_summed);
    add(operations,
        "values_are_accurate_to_a_few_units_in_the_last_place",
        values_are_accurate_to_a_few_units_in_the_last_place);
    add(operations, "float_agrees_with_double", float_agrees_with_double);
    add(operations,
        "gradients_agree_with_central_differences",
        gradients_agree_with_central_differences);
}

checks::checks(std::vector<operation> const& operations) : ordinary_checks(operations)
{
    add(operations, "special_values_follow_the_conventions", special_values_follow_the_conventions);
    add(operations,
        "second_derivatives_agree_with_differences_of_gradients",
        second_derivatives_agree_with_differences_of_gradients);
    add(operations,
        "third_derivatives_agree_with_differences_of_second_ones",
        third_derivatives_agree_with_differences_of_second_ones);
    add(operations,
        "an_element_does_not_depend_on_its_position",
        an_element_does_not_depend_on_its_position);
    add(operations,
        "a_special_value_does_not_depend_on_its_position",
        a_special_value_does_not_depend_on_its_position);
    add(operations,
        "an_element_does_not_depend_on_the_number_of_threads",
        an_element_does_not_depend_on_the_number_of_threads);
    add(operations, "a_result_may_replace_its_operand", a_result_may_replace_its_operand);
}

} // namespace elementwise
