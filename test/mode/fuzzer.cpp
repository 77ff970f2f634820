// Random programs against an independent reference (test/fuzzer): values, gradients, tangents,
// products with the Hessian, and replays.
//
//     XGRAD_FUZZ_PROGRAMS=10000 XGRAD_FUZZ_SEED=1 build/test/mode_fuzzer
//
// runs that many programs from that seed on; a failure prints the program and its seed.
#include <boost/test/unit_test.hpp>

#include <fuzzer/program.hpp>
#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

using namespace xgrad;

namespace {

std::uint64_t setting(char const* name, std::uint64_t otherwise)
{
    auto const* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A number of the reference, and how much of it double precision gets wrong.
struct estimate
{
    long double value = 0;
    long double doubt = 0;
};

/// What the reference says of a program, for some elements of its inputs.
struct expectation
{
    struct element
    {
        std::size_t input;
        std::size_t place;
        estimate gradient;
        estimate hessian_product;
    };

    estimate value;
    estimate tangent; // along `direction`
    std::vector<element> elements;
};

double direction(std::size_t input, std::size_t place)
{
    return static_cast<double>((place * 5 + input * 3) % 7) / 4 - 0.7;
}

template <class Real>
std::vector<fuzzer::array<Real>>
inputs_of(fuzzer::program const& p, std::size_t moving, std::size_t element)
{
    std::vector<fuzzer::array<Real>> inputs;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        inputs.emplace_back(p.inputs[i]);
        for (std::size_t k = 0; k < p.values[i].size(); ++k) {
            inputs[i].elements[k] = {
                static_cast<Real>(p.values[i][k]),
                static_cast<Real>(i == moving && k == element),
                static_cast<Real>(direction(i, k)),
                0};
        }
    }
    return inputs;
}

expectation reference(fuzzer::program const& p)
{
    expectation result;
    auto const estimated = [](long double exact, double rounded) {
        return estimate{exact, std::abs(exact - rounded)};
    };
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        auto const size = p.values[i].size();
        // Of many elements a few tell as much.
        auto const step = size <= 24 ? 1 : std::max<std::size_t>(1, size / 5);
        for (std::size_t k = 0; k < size; k += step) {
            auto const exact = run_exactly(p, inputs_of<long double>(p, i, k));
            auto const rounded = run_rounded(p, inputs_of<double>(p, i, k));
            result.value = estimated(exact.value, rounded.value);
            result.tangent = estimated(exact.second, rounded.second);
            result.elements.push_back(
                {i,
                 k,
                 estimated(exact.first, rounded.first),
                 estimated(exact.mixed, rounded.mixed)});
        }
    }
    return result;
}

/// The largest of what some elements are, and of the doubt about them.
template <class Member>
estimate largest(expectation const& e, Member member)
{
    estimate result;
    for (auto const& element : e.elements) {
        auto const& one = element.*member;
        result.value = std::max(result.value, std::abs(one.value));
        result.doubt = std::max(result.doubt, one.doubt);
    }
    return result;
}

bool well_conditioned(estimate const& e)
{
    return e.doubt <= 1e-9L * std::max(1.L, std::abs(e.value)) && std::abs(e.value) < 1e9L;
}

/// What a program got wrong; empty where nothing.
class comparison
{
public:
    void expect(std::string const& what, double actual, estimate const& e, estimate const& all)
    {
        auto const allowed = 1e-11L * std::max(1.L, all.value) + 300 * std::max(e.doubt, all.doubt);
        if (!(std::abs(actual - e.value) <= allowed)) {
            std::ostringstream text;
            text.precision(17);
            text << "  " << what << " is " << actual << ", not " << e.value << " (allowed "
                 << allowed << ")\n";
            wrong_ += text.str();
        }
    }

    void expect_same_bits(std::string const& what, tensor<double> const& a, tensor<double> const& b)
    {
        std::vector<double> const x(a.begin(), a.end());
        std::vector<double> const y(b.begin(), b.end());
        if (x.size() != y.size() || std::memcmp(x.data(), y.data(), 8 * x.size()) != 0) {
            wrong_ += "  " + what + " of the replay differs\n";
        }
    }

    void fail(std::string const& text) { wrong_ += "  " + text + "\n"; }

    std::string const& wrong() const { return wrong_; }

private:
    std::string wrong_;
};

struct statistics
{
    std::size_t skipped = 0;
    std::map<std::string, std::size_t> operations;
    std::map<std::string, std::size_t> obstacles;
};

tensor<double> element_of(tensor<double> const& x, std::size_t place)
{
    return view(ravel(x), place);
}

void compare(fuzzer::program const& p, expectation const& e, comparison& result, statistics& counts)
{
    auto const f = [&](tensor<double> const& x, tensor<double> const& y) { return run(p, {x, y}); };
    std::vector<tensor<double>> x;
    std::vector<tensor<double>> v;
    std::vector<tensor<double>> elsewhere;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        std::vector<double> along;
        for (std::size_t k = 0; k < p.values[i].size(); ++k) {
            along.push_back(direction(i, k));
        }
        x.push_back(constant(p.values[i], p.inputs[i]));
        v.push_back(constant(along, p.inputs[i]));
        elsewhere.push_back(0.9 * x[i]);
    }
    auto const all_gradients = largest(e, &expectation::element::gradient);
    auto const all_products = largest(e, &expectation::element::hessian_product);

    auto const [value, gradients] = value_and_grad(f, x[0], x[1]);
    std::array const gradient{std::get<0>(gradients), std::get<1>(gradients)};
    result.expect("the value", value.item(), e.value, {std::abs(e.value.value), 0});
    auto const tangent = jvp(f, std::tuple(x[0], x[1]), std::tuple(v[0], v[1])).tangent;
    result.expect("the tangent", tangent.item(), e.tangent, all_gradients);

    auto outer = create_tape();
    auto inner = create_tape();
    grad_options const zeros{.unconnected = unconnected::zero};
    auto const first = grad(inner, f(x[0], x[1]), wrt(x[0], x[1]), zeros);
    tensor const along = sum(std::get<0>(first) * v[0]) + sum(std::get<1>(first) * v[1]);
    auto const second = grad(outer, along, wrt(x[0], x[1]), zeros);
    std::array const product{std::get<0>(second), std::get<1>(second)};

    for (auto const& one : e.elements) {
        auto const name =
            " by r" + std::to_string(one.input) + "[" + std::to_string(one.place) + "]";
        auto const actual = element_of(gradient[one.input], one.place).item();
        result.expect("the derivative" + name, actual, one.gradient, all_gradients);
        auto const curved = element_of(product[one.input], one.place).item();
        result.expect(
            "the product with the Hessian" + name, curved, one.hessian_product, all_products);
    }

    auto again = replay(f);
    again(x[0], x[1]);
    ++counts.obstacles[again.obstacle()];
    result.expect_same_bits(
        "the value", again(elsewhere[0], elsewhere[1]), f(elsewhere[0], elsewhere[1]));
    auto const replayed = again.gradient(elsewhere[0], elsewhere[1]);
    auto const eager = xgrad::gradient(f, elsewhere[0], elsewhere[1]);
    result.expect_same_bits("a gradient", std::get<0>(replayed), std::get<0>(eager));
    result.expect_same_bits("a gradient", std::get<1>(replayed), std::get<1>(eager));
}

/// What is wrong with a program; empty where nothing.
std::string check(fuzzer::program const& p, statistics& counts)
{
    auto const e = reference(p);
    comparison result;
    if (!well_conditioned(e.value) || !well_conditioned(e.tangent) ||
        !well_conditioned(largest(e, &expectation::element::gradient)) ||
        !well_conditioned(largest(e, &expectation::element::hessian_product))) {
        ++counts.skipped;
        return {};
    }
    try {
        compare(p, e, result, counts);
    } catch (std::exception const& error) {
        result.fail(std::string("throws: ") + error.what());
    }
    return result.wrong();
}

/// A failing program cut off after the statement at which it begins to fail.
std::string shortest_failure(fuzzer::program const& p)
{
    statistics ignored;
    for (std::size_t length = 1; length < p.statements.size(); ++length) {
        auto const part = fuzzer::beginning(p, length);
        auto const wrong = check(part, ignored);
        if (!wrong.empty()) {
            return part.text() + "\n" + wrong;
        }
    }
    return p.text() + "\n" + check(p, ignored);
}

} // namespace

BOOST_AUTO_TEST_CASE(random_programs_agree_with_the_reference)
{
    auto const programs = setting("XGRAD_FUZZ_PROGRAMS", 1000);
    auto const seed = setting("XGRAD_FUZZ_SEED", 1);
    statistics counts;
    std::size_t failures = 0;
    for (auto s = seed; s < seed + programs && failures < 5; ++s) {
        auto const p = fuzzer::generate(s);
        for (auto const& one : p.statements) {
            ++counts.operations[one.what->name];
        }
        BOOST_TEST_CONTEXT(p.text()) // also where it crashes
        {
            bool const passes = check(p, counts).empty();
            if (!passes) {
                BOOST_ERROR(shortest_failure(p));
                ++failures;
            }
        }
    }
    if (std::getenv("XGRAD_FUZZ_VERBOSE") != nullptr) {
        std::cout << counts.skipped << " programs skipped as ill-conditioned\n";
        for (auto const& [name, count] : counts.operations) {
            std::cout << count << " x " << name << '\n';
        }
        for (auto const& [obstacle, count] : counts.obstacles) {
            std::cout << count << " replays: " << (obstacle.empty() ? "none" : obstacle) << '\n';
        }
    }
    // Most programs count: the generator, not luck, keeps away from singular points.
    BOOST_TEST(10 * counts.skipped <= programs + 10);
}

BOOST_AUTO_TEST_CASE(every_elementwise_function_of_the_reference_data_is_in_the_programs)
{
    std::set<std::string> names;
    for (auto const& one : fuzzer::operators()) {
        names.insert(one.name);
    }
    for (auto const& r : oracle::load("elementwise")) {
        auto const has_gradient = std::any_of(
            r.gradients.begin(), r.gradients.end(), [](auto const& g) { return g.has_value(); });
        // Updates are in the list of reductions.cpp; casts leave double precision.
        bool const elsewhere = r.op.ends_with("_assign") || r.op == "cast";
        if (has_gradient && !elsewhere) {
            BOOST_TEST(names.count(r.op) == 1u, r.op << " is in no program");
        }
    }
}
