// One function against all reference records of its name: values and gradients, of operands as they
// are and as views that are not contiguous, in double and in float.
#pragma once

#include <boost/test/unit_test.hpp>

#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

#include <string>
#include <vector>

namespace records {
using xgrad::tensor;
using tensors = std::vector<tensor<double>>;

inline tensor<double> from(oracle::array const& a)
{
    return xgrad::constant(a.data, a.shape);
}

// The same values in another order of memory.
template <class T>
tensor<T> strided(tensor<T> const& x)
{
    return x.dimension() < 2 ? x : transpose(tensor<T>(transpose(x) + T(0)));
}

// Every value and gradient of one record. `f(inputs, record)` gives the outputs.
template <class F>
void check_record(oracle::record const& r, tensors const& inputs, F const& f)
{
    auto tape = xgrad::create_tape();
    tensors const outputs = f(inputs, r);
    BOOST_TEST_REQUIRE(outputs.size() == r.outputs.size());
    tensor<double> total = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        auto const wrong = oracle::compare_output(oracle::read(outputs[i]), r, i);
        BOOST_TEST(!wrong, wrong.value_or(""));
        if (r.output_gradients[i]) {
            total = total + sum(outputs[i] * from(*r.output_gradients[i]));
        }
    }
    tensors sources;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < r.gradients.size(); ++i) {
        if (r.gradients[i]) {
            sources.push_back(inputs[i]);
            places.push_back(i);
        }
    }
    if (sources.empty()) {
        return;
    }
    auto const gradients = grad(tape, total, sources);
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto const wrong = oracle::compare_gradient(oracle::read(gradients[i]), r, places[i]);
        BOOST_TEST(!wrong, wrong.value_or(""));
    }
}

// All records of a function; returns how many.
template <class F>
int check(std::string const& file, std::string const& op, F const& f)
{
    int count = 0;
    for (auto const& r : oracle::load(file)) {
        if (r.op != op) {
            continue;
        }
        ++count;
        for (bool const in_another_order : {false, true}) {
            tensors inputs;
            for (auto const& input : r.inputs) {
                inputs.push_back(in_another_order ? strided(from(input)) : from(input));
            }
            BOOST_TEST_CONTEXT(r.name << (in_another_order ? ", strided" : ""))
            {
                check_record(r, inputs, f);
            }
        }
    }
    return count;
}

// f of floats is what f of doubles is, to the precision of float.
template <class F, class... X>
void check_float(F const& f, X const&... x)
{
    tensor<double> const expected = f(x...);
    auto const actual = f(tensor<float>(xgrad::cast<float>(x))...);
    static_assert(
        std::is_same_v<typename std::remove_cvref_t<decltype(actual)>::value_type, float>);
    BOOST_TEST((actual.shape() == expected.shape()));
    auto const scale = std::max(1., amax(abs(expected)).item());
    BOOST_TEST(amax(abs(xgrad::cast<double>(actual) - expected)).item() < 1e-4 * scale);
    auto const report = check_gradient(f, tensor<float>(xgrad::cast<float>(x))...);
    BOOST_TEST(report.worst_relative_error < 5e-2, report);
}

// The gradient of f against central differences.
template <class F, class... X>
void check_differences(F const& f, X const&... x)
{
    auto const report = check_gradient(f, x...);
    BOOST_TEST(report.ok(), report);
}

// The gradient of the gradient against differences of the gradient.
template <class F, class... X>
void check_second(F const& f, X const&... x)
{
    auto const first = [&](auto const&... y) {
        auto tape = xgrad::create_tape();
        auto const value = sum(square(f(y...)));
        auto const gradients = grad(tape, value, xgrad::wrt(y...));
        return std::apply(
            [](auto const&... g) { return xgrad::tensor((... + sum(square(g)))); }, gradients);
    };
    auto const report = check_gradient(first, x...);
    BOOST_TEST(report.worst_relative_error < 1e-5, report);
}

// What an exception of one kind says.
template <class Error, class F>
std::string message(F const& f)
{
    try {
        f();
    } catch (Error const& e) {
        std::string const text = e.what();
        return text.substr(0, text.find(" ["));
    } catch (std::exception const& e) {
        return std::string("another error: ") + e.what();
    }
    return "no error";
}
} // namespace records
