#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <thread>
#include <vector>

using namespace xgrad;

namespace {

void expect_near(tensor<double> const& a, tensor<double> const& b, double tolerance = 1e-12)
{
    BOOST_REQUIRE(a.size() == b.size());
    auto next = b.begin();
    for (auto const x : a) {
        double const y = *next;
        ++next;
        BOOST_TEST(std::abs(x - y) <= tolerance * (1 + std::abs(y)), x << " and " << y);
    }
}

struct gauss_rule
{
    static constexpr std::string_view name = "gauss";

    template <class V>
    static V value(V const& x)
    {
        return exp(-(x * x));
    }

    template <class V>
    static auto partials_at(V const& x)
    {
        return -2 * x * exp(-(x * x));
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(three_orders_of_a_cube_by_three_tapes)
{
    tensor const x = constant(3.);
    auto third = create_tape();
    auto second = create_tape();
    auto first = create_tape();
    tensor const y = x * x * x;
    auto const d1 = grad(first, y, x);
    auto const d2 = grad(second, d1, x);
    auto const d3 = grad(third, d2, x);
    BOOST_TEST(d1.item() == 27.);
    BOOST_TEST(d2.item() == 18.);
    BOOST_TEST(d3.item() == 6.);
}

BOOST_AUTO_TEST_CASE(a_persistent_tape_answers_several_times)
{
    tensor const x = constant(3.);
    auto tape = create_tape({.persistent = true});
    tensor const y = x * x;
    tensor const z = y * y;
    BOOST_TEST(grad(tape, z, x).item() == 108.);
    BOOST_TEST(grad(tape, z, y).item() == 18.);
    BOOST_TEST(grad(tape, y, x).item() == 6.);
}

BOOST_AUTO_TEST_CASE(the_inner_tape_does_not_record_its_own_gradients)
{
    tensor const x = constant(2.);
    auto outer = create_tape({.persistent = true});
    auto inner = create_tape({.persistent = true});
    tensor const y = x * x * x;
    auto const statements = inner.size();
    auto const g = grad(inner, y, x);
    BOOST_TEST(inner.size() == statements);
    BOOST_TEST(outer.size() > statements);
    BOOST_TEST(grad(outer, g, x).item() == 12.);
}

BOOST_AUTO_TEST_CASE(gradients_under_no_grad_are_constants)
{
    tensor const x = constant(2.);
    auto outer = create_tape();
    auto inner = create_tape();
    tensor const y = x * x;
    auto const g = with_no_grad([&] { return grad(inner, y, x); });
    tensor const z = g * x;
    BOOST_TEST(grad(outer, z, x).item() == 4.);
}

BOOST_AUTO_TEST_CASE(seeds_carry_gradients_too)
{
    tensor const x = constant({1., 2., 3.});
    tensor const v = constant({1., -1., 2.});
    auto outer = create_tape();
    auto inner = create_tape();
    tensor const y = exp(x);
    auto const g = grad(inner, y, x, v);
    auto const [by_x, by_v] = grad(outer, g, wrt(x, v));
    expect_near(by_x, exp(x) * v);
    expect_near(by_v, exp(x));
}

BOOST_AUTO_TEST_CASE(broadcast_and_repeated_operands_have_second_derivatives)
{
    tensor const a = constant({{1.}, {2.}});
    tensor const b = constant({3., 4., 5.});
    auto outer = create_tape({.persistent = true});
    auto inner = create_tape();
    tensor const y = sum(a * a * b + a * b * b);
    auto const [ga, gb] = grad(inner, y, wrt(a, b));
    expect_near(ga, constant({{74.}, {98.}}));
    expect_near(grad(outer, ga, a), constant({{24.}, {24.}}));
    expect_near(grad(outer, ga, b), constant({18., 22., 26.}));
    expect_near(grad(outer, gb, a), constant({{24. + 6.}, {24. + 12.}}));
}

BOOST_AUTO_TEST_CASE(an_operand_whose_second_reading_alone_is_kept_has_second_derivatives)
{
    // The subtraction does not need x, the sine does.
    auto const f = [](auto const& x) { return sum(x - sin(x)); };
    tensor const x = constant({0.5, 1., 2.});
    tensor const v = constant({1., 2., 3.});
    expect_near(hvp(f, x, v), sin(x) * v);
    expect_near(jvp(f, x, v).tangent, sum((1 - cos(x)) * v));
    auto const elementwise = [](auto const& y) { return y - sin(y); };
    expect_near(jvp(elementwise, x, v).tangent, (1 - cos(x)) * v);
}

BOOST_AUTO_TEST_CASE(reductions_have_second_derivatives)
{
    tensor const x = constant({{0.5, 1., -2.}, {0.3, 0.7, 1.9}});
    tensor const v = constant({{1., -1., 0.5}, {0.2, 0.3, -0.4}});
    auto const expect_difference = [&](auto const& f) {
        constexpr double h = 1e-5;
        tensor const above = gradient(f, tensor(x + h * v));
        tensor const below = gradient(f, tensor(x - h * v));
        expect_near(hvp(f, x, v), (above - below) / (2 * h), 1e-8);
    };
    expect_difference([](auto const& x) { return square(sum(x * x * x)); });
    expect_difference([](auto const& x) { return sum(square(mean(exp(x), 0))); });
    expect_difference([](auto const& x) { return logsumexp(x * x); });
    expect_difference([](auto const& x) { return sum(square(logsumexp(x, 1))); });
    expect_difference([](auto const& x) { return cube(amax(x * x)); });
    expect_difference([](auto const& x) { return sum(square(amin(exp(x), 0))); });
    expect_difference([](auto const& x) { return square(prod(x)); });
    expect_difference([](auto const& x) { return square(variance(x)); });
    expect_difference([](auto const& x) { return sum(cube(stddev(x, 1))); });
}

BOOST_AUTO_TEST_CASE(array_operations_have_second_derivatives)
{
    tensor const x = constant({{0.5, 1., -2.}, {0.3, 0.7, 1.9}});
    tensor const v = constant({{1., -1., 0.5}, {0.2, 0.3, -0.4}});
    auto const f = [](auto const& x) {
        tensor const product = matmul(x, transpose(x));
        tensor const part = view(x, all(), range(1, 3));
        return sum(product * product * product) + sum(cube(reshape(part, {-1})));
    };
    constexpr double h = 1e-5;
    tensor const above = gradient(f, tensor(x + h * v));
    tensor const below = gradient(f, tensor(x - h * v));
    expect_near(hvp(f, x, v), (above - below) / (2 * h), 1e-8);
}

BOOST_AUTO_TEST_CASE(a_hessian_has_the_shape_of_the_argument_twice)
{
    tensor const x = constant({1., 2.});
    auto const f = [](auto const& x) { return sum(x * x * x) + prod(x); };
    auto const h = hessian(f, x);
    expect_near(h, constant({{6., 1.}, {1., 12.}}));
    BOOST_TEST(to_string(hessian(f, constant({{1.}, {2.}})).shape()) == "{2, 1, 2, 1}");
    BOOST_CHECK_THROW(hessian([](auto const& x) { return x * x; }, x), shape_error);
}

BOOST_AUTO_TEST_CASE(a_linear_function_has_a_hessian_of_zeros)
{
    tensor const x = constant({1., 2.});
    auto const f = [](auto const& x) { return sum(3 * x); };
    expect_near(hessian(f, x), zeros<double>({2, 2}));
    expect_near(hvp(f, x, x), zeros<double>({2}));
    auto const g = [](auto const&) { return tensor(1.); };
    expect_near(hessian(g, x), zeros<double>({2, 2}));
}

BOOST_AUTO_TEST_CASE(a_second_derivative_that_is_not_there_is_an_error_or_zero)
{
    tensor const x = constant(3.);
    auto outer = create_tape({.persistent = true});
    auto inner = create_tape();
    tensor const y = 2 * x;
    auto const g = grad(inner, y, x);
    BOOST_CHECK_THROW(grad(outer, g, x), unconnected_error);
    BOOST_TEST(grad(outer, g, x, {.unconnected = unconnected::zero}).item() == 0.);
}

BOOST_AUTO_TEST_CASE(modes_inside_a_tape_are_recorded_by_it)
{
    tensor const x = constant({1., 2.});
    auto const f = [](auto const& x) { return sum(exp(x) * x); };
    auto tape = create_tape();
    tensor const g = gradient(f, x);
    tensor const s = sum(g * g);
    // ∂/∂x Σ (e^x (1 + x))² = 2 e^x (1 + x) e^x (2 + x)
    expect_near(grad(tape, s, x), 2 * exp(x) * (1 + x) * exp(x) * (2 + x));
    auto second = create_tape();
    auto const [value, pullback] = vjp([](auto const& x) { return x * x * x; }, x);
    tensor const back = pullback(x); // 3x² x
    expect_near(grad(second, back, x), 9 * x * x);
    auto third = create_tape();
    auto const forward = jvp([](auto const& x) { return x * x * x; }, x, x);
    expect_near(grad(third, forward.tangent, x), 9 * x * x);
    auto fourth = create_tape();
    tensor const j = jacobian([](auto const& x) { return x * x; }, x);
    expect_near(grad(fourth, j, x), constant({2., 2.}));
}

BOOST_AUTO_TEST_CASE(hessians_nest)
{
    tensor const x = constant({1., 2.});
    auto tape = create_tape();
    tensor const h = hessian([](auto const& x) { return sum(x * x * x * x); }, x);
    expect_near(grad(tape, h, x), 24 * x);
}

BOOST_AUTO_TEST_CASE(mixed_types_have_second_derivatives)
{
    tensor const x = constant(std::vector<float>{1.f, 2.f});
    tensor const y = constant({3., 4.});
    auto outer = create_tape();
    auto inner = create_tape();
    tensor const z = sum(x * x * y);
    auto const g = grad(inner, z, x); // 2xy, floats
    static_assert(std::same_as<decltype(g.item()), float>);
    auto const [by_x, by_y] = grad(outer, g, wrt(x, y));
    BOOST_TEST(by_x(1) == 8.f);
    BOOST_TEST(by_y(1) == 4.);
}

BOOST_AUTO_TEST_CASE(a_branch_not_taken_stays_out_of_every_order)
{
    tensor const x = constant({0., 4.});
    auto const f = [](auto const& x) { return sum(where(x > 0., sqrt(x), x * x)); };
    auto const h = hessian(f, x);
    BOOST_TEST(h(0, 0) == 2.);
    BOOST_TEST(h(1, 1) == -0.25 / 8);
}

BOOST_AUTO_TEST_CASE(a_users_rule_has_derivatives_of_any_order)
{
    tensor const x = constant({0.5, -1.});
    auto const h = hessian([](auto const& x) { return sum(call<gauss_rule>(x)); }, x);
    tensor const expected = (4 * x * x - 2) * exp(-(x * x));
    BOOST_TEST(std::abs(h(0, 0) - expected(0)) < 1e-14);
    BOOST_TEST(std::abs(h(1, 1) - expected(1)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(an_outer_tape_made_too_late_says_so)
{
    tensor const x = constant({1., 2.});
    auto inner = create_tape();
    tensor const y = sum(exp(x)); // keeps its adjoints, not its operands
    auto outer = create_tape();
    auto const g = grad(inner, y, x);
    expect_near(g, exp(x));
    tensor const z = sum(g * x);
    BOOST_CHECK_EXCEPTION(grad(outer, z, x), tape_error, [](tape_error const& e) {
        return std::string(e.what()).find("create this tape before them") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(threads_take_second_derivatives_at_once)
{
    std::vector<std::thread> threads;
    std::vector<double> results(4);
    for (std::size_t i = 0; i < results.size(); ++i) {
        threads.emplace_back([&results, i] {
            tensor const x = constant(static_cast<double>(i));
            for (int k = 0; k < 20; ++k) {
                results[i] = hessian([](auto const& x) { return sin(x) * exp(x); }, x).item();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto const x = static_cast<double>(i);
        BOOST_TEST(std::abs(results[i] - 2 * std::cos(x) * std::exp(x)) < 1e-11);
    }
}

BOOST_AUTO_TEST_CASE(functions_that_are_smooth_where_they_are_guarded_have_their_second_derivatives)
{
    auto const at = [](auto const& f, double a, double b) {
        return hessian(
            [&](auto const& v) { return tensor(f(view(v, 0), view(v, 1))); }, constant({a, b}));
    };
    auto const is = [](tensor<double> const& h, std::vector<double> const& expected) {
        return std::equal(h.begin(), h.end(), expected.begin(), [](double a, double b) {
            return std::abs(a - b) <= 1e-14 * (1 + std::abs(b));
        });
    };
    auto const log_of_sum = [](auto const& a, auto const& b) { return logaddexp(a, b); };
    BOOST_TEST(is(at(log_of_sum, 1, 1), {0.25, -0.25, -0.25, 0.25}));
    auto const power = [](auto const& a, auto const& b) { return pow(a, b); };
    auto const log2 = std::log(2.);
    BOOST_TEST(is(at(power, 2, 0), {0, 0.5, 0.5, log2 * log2}));
    auto const third = [](auto const& z) {
        return tensor(sum(hvp([](auto const& v) { return sum(pow(v, v)); }, z, ones({1}))));
    };
    BOOST_TEST(gradient(third, ones({1}))(0) == 3.); // x^x''' at 1
    auto const by_log = [](auto const& a, auto const& b) { return xlogy(a, b); };
    BOOST_TEST(is(at(by_log, 0, 2), {0, 0.5, 0.5, 0}));
    auto const by_log1p = [](auto const& a, auto const& b) { return xlog1py(a, b); };
    BOOST_TEST(is(at(by_log1p, 0, 1), {0, 0.5, 0.5, 0}));
    auto const norm = [](auto const& a, auto const& b) { return norm_lp(stack({a, b}), 2); };
    BOOST_TEST(is(at(norm, 0, 4), {0.25, 0, 0, 0}));
    // What had to be guarded still is.
    auto tape = create_tape();
    auto const x = constant({0., 0., 1e-310});
    auto const y = constant({0., 2., 0.});
    auto const g = grad(tape, pow(x, y), x);
    BOOST_TEST((g(0) == 0. && g(1) == 0. && g(2) == 0.));
}

BOOST_AUTO_TEST_CASE(a_pullback_has_a_gradient_by_its_adjoint)
{
    tensor const x = constant({0.3, -0.7, 1.1});
    auto const check = [&](auto const& f) {
        auto const [value, pullback] = vjp(f, x);
        auto const& back = pullback;
        auto const along_x = [&](auto const& w) { return as_tensor(sum(back(w) * x)); };
        auto const found = gradient(along_x, ones<double>({}));
        BOOST_TEST(std::abs(found.item() - jvp(f, x, x).tangent.item()) < 1e-15);
    };
    check([](auto const& a) { return as_tensor(sum(sin(a) * a)); });
    check([](auto const& a) { return as_tensor(mean(exp(a))); });
    check([](auto const& a) { return as_tensor(logsumexp(a) * 2.); });

    // The same gradients are unknown functions of what they were computed from.
    auto inner = create_tape({.persistent = true});
    tensor const loss = sum(x * x * x);
    auto outer = create_tape();
    tensor const g = grad(inner, loss, x);
    tensor const z = sum(g * x);
    BOOST_CHECK_THROW(grad(outer, z, x), tape_error);
}
