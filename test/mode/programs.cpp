// Second and third derivatives of whole programs against the reference data (compose.json).
#include <support/records.hpp>

#include <map>

using namespace xgrad;
using records::tensors;

namespace {

using formula = tensor<double> (*)(tensors const&);

tensor<double> rosenbrock(tensors const& a)
{
    auto const n = static_cast<std::ptrdiff_t>(a[0].size());
    tensor const head = view(a[0], range(0, n - 1));
    tensor const tail = view(a[0], range(1, n));
    return sum(100 * square(tail - square(head)) + square(1 - head));
}

tensor<double> pendulum(tensors const& a)
{
    auto const slope = [&](tensor<double> const& t, tensor<double> const& w) {
        return tensor<double>(-a[1] * sin(t) - a[2] * w);
    };
    tensor t = view(a[0], 0);
    tensor w = view(a[0], 1);
    double const h = 0.125;
    for (int i = 0; i < 2; ++i) {
        tensor const a1 = w;
        tensor const b1 = slope(t, w);
        tensor const a2 = w + h / 2 * b1;
        tensor const b2 = slope(t + h / 2 * a1, a2);
        tensor const a3 = w + h / 2 * b2;
        tensor const b3 = slope(t + h / 2 * a2, a3);
        tensor const a4 = w + h * b3;
        tensor const b4 = slope(t + h * a3, a4);
        t = t + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4);
        w = w + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4);
    }
    return stack({t, w});
}

tensor<double> element(tensor<double> const& x, int i)
{
    return view(x, i);
}

std::map<std::string, formula> const programs{
    {"hessian_rosenbrock_4", &rosenbrock},
    {"hvp_rosenbrock_10", &rosenbrock},
    {"hessian_logistic_regression",
     [](tensors const& a) -> tensor<double> {
         tensor const z = matmul(a[0], a[1]);
         return sum(softplus(z) - a[2] * z);
     }},
    {"hessian_logsumexp", [](tensors const& a) -> tensor<double> { return logsumexp(a[0]); }},
    {"third_logsumexp", [](tensors const& a) -> tensor<double> { return logsumexp(a[0]); }},
    {"hessian_mixed_scalar",
     [](tensors const& a) -> tensor<double> {
         auto const x = element(a[0], 0);
         auto const y = element(a[0], 1);
         return exp(x * y) * sin(element(a[0], 2)) + pow(x, 3) / y;
     }},
    {"hessian_student_t",
     [](tensors const& a) -> tensor<double> {
         return sum(-(a[1] + 1) / 2 * log1p(a[0] * a[0] / a[1]));
     }},
    {"hvp_mlp",
     [](tensors const& a) -> tensor<double> {
         tensor const hidden = tanh(matmul(a[0], a[1]));
         return sum(square(matmul(hidden, a[2]) - a[3]));
     }},
    {"hvp_softmax_cross_entropy",
     [](tensors const& a) -> tensor<double> {
         tensor const z = matmul(a[0], a[1]);
         return sum(logsumexp(z, 1) - sum(a[2] * z, 1));
     }},
    {"jacobian_polar",
     [](tensors const& a) -> tensor<double> {
         auto const r = element(a[0], 0);
         auto const angle = element(a[0], 1);
         return stack({tensor(r * cos(angle)), tensor(r * sin(angle))});
     }},
    {"jacobian_lorenz",
     [](tensors const& a) -> tensor<double> {
         auto const x = element(a[0], 0);
         auto const y = element(a[0], 1);
         auto const z = element(a[0], 2);
         return stack({tensor(10 * (y - x)), tensor(x * (28 - z) - y), tensor(x * y - 2.5 * z)});
     }},
    {"jacobian_softmax",
     [](tensors const& a) -> tensor<double> { return exp(a[0] - logsumexp(a[0])); }},
    {"jvp_tanh_layer",
     [](tensors const& a) -> tensor<double> { return tanh(matmul(a[0], a[1]) + a[2]); }},
    {"jvp_pendulum_rk4", &pendulum},
    {"third_mixed_exp_sin",
     [](tensors const& a) -> tensor<double> { return exp(a[0] * a[1]) * sin(a[2]) * a[2]; }},
    {"third_monomial",
     [](tensors const& a) -> tensor<double> {
         auto const x = element(a[0], 0);
         auto const y = element(a[0], 1);
         return pow(x, 4) * pow(y, 3) + x * y * element(a[0], 2);
     }},
};

tensors inputs_of(oracle::record const& r)
{
    tensors inputs;
    for (auto const& input : r.inputs) {
        inputs.push_back(records::from(input));
    }
    return inputs;
}

void expect(tensor<double> const& actual, oracle::array const& expected, double tolerance)
{
    BOOST_REQUIRE(actual.size() == expected.data.size());
    double largest = 0;
    for (auto const e : expected.data) {
        largest = std::max(largest, std::abs(e));
    }
    auto next = actual.begin();
    for (auto const e : expected.data) {
        double const a = *next;
        ++next;
        BOOST_TEST(std::abs(a - e) <= tolerance * (std::abs(e) + largest), a << " is not " << e);
    }
}

/// Σ grad(target, sources) · tangents, recorded by the other tapes.
tensor<double>
along(tape& t, tensor<double> const& target, tensors const& sources, tensors const& tangents)
{
    auto const gradients = grad(t, target, sources, {.unconnected = unconnected::zero});
    tensor<double> total = 0.;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        total = total + sum(gradients[i] * tangents[i]);
    }
    return total;
}

// The inputs that are no constants: those with a gradient.
std::vector<std::size_t> varying(oracle::record const& r)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < r.gradients.size(); ++i) {
        if (r.gradients[i]) {
            places.push_back(i);
        }
    }
    return places;
}

tensors selected(std::vector<std::optional<oracle::array>> const& all, oracle::record const& r)
{
    tensors result;
    for (auto const i : varying(r)) {
        result.push_back(records::from(*all[i]));
    }
    return result;
}

void for_each_of_kind(
    std::string const& prefix,
    std::size_t count,
    void (*check)(oracle::record const&, formula, tensors const&, tensors const&))
{
    std::size_t found = 0;
    for (auto const& r : oracle::load("compose")) {
        auto const f = programs.find(r.name);
        if (r.name.rfind(prefix, 0) != 0 || f == programs.end()) {
            continue;
        }
        ++found;
        auto const inputs = inputs_of(r);
        tensors sources;
        for (auto const i : varying(r)) {
            sources.push_back(inputs[i]);
        }
        BOOST_TEST_CONTEXT(r.name)
        {
            check(r, f->second, inputs, sources);
        }
    }
    BOOST_TEST(found == count);
}

/// f as a function of its varying inputs alone: here the one that the record names.
auto function_of_one(oracle::record const& r, formula f, tensors const& inputs, std::size_t& place)
{
    auto const name = r.attributes.text("wrt");
    auto const names = r.attributes.texts("args");
    place = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    return [f, inputs, place](auto const& x) {
        auto all = inputs;
        all[place] = x;
        return f(all);
    };
}

} // namespace

BOOST_AUTO_TEST_CASE(hessians_of_programs_match_the_reference)
{
    for_each_of_kind("hessian_", 5, [](auto const& r, formula f, auto const& inputs, auto const&) {
        std::size_t place = 0;
        auto const one = function_of_one(r, f, inputs, place);
        expect(hessian(one, inputs[place]), *r.results[0], 1e-9);
    });
}

BOOST_AUTO_TEST_CASE(jacobians_of_programs_match_the_reference)
{
    for_each_of_kind("jacobian_", 3, [](auto const& r, formula f, auto const& inputs, auto const&) {
        std::size_t place = 0;
        auto const one = function_of_one(r, f, inputs, place);
        expect(jacobian(one, inputs[place]), *r.results[0], 1e-10);
    });
}

BOOST_AUTO_TEST_CASE(products_with_the_hessian_match_the_reference)
{
    for_each_of_kind("hvp_", 3, [](auto const& r, formula f, auto const& inputs, auto const& x) {
        auto outer = create_tape();
        auto inner = create_tape();
        auto const directional = along(inner, f(inputs), x, selected(r.tangents[0], r));
        auto const products = grad(outer, directional, x, {.unconnected = unconnected::zero});
        auto const places = varying(r);
        for (std::size_t i = 0; i < places.size(); ++i) {
            auto const k = r.results.size() == places.size() ? i : places[i];
            expect(products[i], *r.results[k], 1e-9);
        }
    });
}

BOOST_AUTO_TEST_CASE(tangents_of_programs_match_the_reference)
{
    for_each_of_kind("jvp_", 2, [](auto const& r, formula f, auto const&, auto const& x) {
        auto const v = selected(r.tangents[0], r);
        auto const three = [&](auto const& a, auto const& b, auto const& c) {
            return f({a, b, c});
        };
        auto const result = jvp(three, std::tuple(x[0], x[1], x[2]), std::tuple(v[0], v[1], v[2]));
        expect(result.tangent, *r.results[0], 1e-10);
    });
}

BOOST_AUTO_TEST_CASE(third_derivatives_of_programs_match_the_reference)
{
    for_each_of_kind("third_", 3, [](auto const& r, formula f, auto const& inputs, auto const& x) {
        auto third = create_tape();
        auto second = create_tape();
        auto first = create_tape();
        auto const d1 = along(first, f(inputs), x, selected(r.tangents[0], r));
        auto const d2 = along(second, d1, x, selected(r.tangents[1], r));
        auto const d3 = along(third, d2, x, selected(r.tangents[2], r));
        expect(d3, *r.results[0], 1e-8);
    });
}
