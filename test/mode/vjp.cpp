#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <sstream>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(a_pullback_can_be_called_again_and_outlives_the_scope_of_its_function)
{
    auto const x = constant({1., 2.});
    auto const back = [&] {
        auto const [value, pullback] = vjp([](auto const& t) { return t * t; }, x);
        BOOST_TEST(value(1) == 4.);
        return pullback;
    }();
    BOOST_TEST(back(constant({1., 0.}))(0) == 2.);
    BOOST_TEST(back(constant({0., 3.}))(1) == 12.);
    BOOST_TEST(active_tape() == nullptr);
    BOOST_CHECK_THROW(back(constant({1.})), shape_error);
    auto const two =
        vjp([](auto const& a, auto const& b) { return sum(a * b); }, x, constant({5., 7.}));
    auto const [ga, gb] = two.pullback(constant(2.));
    BOOST_TEST(ga(1) == 14.);
    BOOST_TEST(gb(0) == 2.);
}

BOOST_AUTO_TEST_CASE(a_jacobian_has_the_shape_of_the_value_and_then_of_the_argument)
{
    auto const x = constant({1., 2., 3.});
    auto const w = constant({{1., 0., 2.}, {0., 3., 0.}});
    auto const j = jacobian([&](auto const& t) { return matmul(w, t * t); }, x);
    BOOST_TEST((j.shape() == std::vector<std::size_t>{2, 3}));
    BOOST_TEST(j(0, 2) == 12.);
    BOOST_TEST(j(1, 1) == 12.);
    BOOST_TEST(j(1, 0) == 0.);
    auto tape = create_tape({.persistent = true});
    tensor const y = x * x;
    BOOST_TEST(jacobian(tape, y, x)(2, 2) == 6.);
    BOOST_CHECK_THROW(jacobian(tape, y, constant(1.)), unconnected_error);
}

BOOST_AUTO_TEST_CASE(a_batch_jacobian_takes_rows_as_independent)
{
    auto const x = constant({{1., 2.}, {3., 4.}, {5., 6.}});
    auto tape = create_tape({.persistent = true});
    tensor const y = sin(x) * view(x, all(), range(0, 1));
    auto const rows = batch_jacobian(tape, y, x);
    auto const whole = jacobian(tape, y, x);
    BOOST_TEST((rows.shape() == std::vector<std::size_t>{3, 2, 2}));
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 2; ++j) {
            for (int k = 0; k < 2; ++k) {
                BOOST_TEST(rows(i, j, k) == whole(i, j, i, k));
            }
        }
    }
    BOOST_CHECK_THROW(batch_jacobian(tape, y, constant({1.})), shape_error);
}

BOOST_AUTO_TEST_CASE(a_custom_gradient_is_used_as_it_is_given)
{
    auto const doubled = custom_gradient(
        [](auto const& x) { return x * x; },
        [](auto const& g, auto const& x) { return g * x * 100; });
    auto tape = create_tape();
    tensor const x = constant({1., 2.});
    tensor const y = sum(doubled(x) * 3);
    BOOST_TEST(y.item() == 15.);
    BOOST_TEST(grad(tape, y, x)(1) == 600.);

    auto const root = custom_gradient(
        [](auto const& a, auto const& b) { return sqrt(a + b); },
        [](auto const& g, auto const& value, auto const&, auto const&) {
            tensor const half = g / (2 * value);
            return std::tuple(half, half);
        });
    tensor const z = root(x, x);
    BOOST_TEST(grad(tape, z, x)(1) == 0.5, boost::test_tools::tolerance(1e-15));

    auto const wrong = custom_gradient(
        [](auto const& t) { return sum(t); }, [](auto const& g, auto const&) { return g; });
    tensor const w = wrong(x);
    BOOST_CHECK_THROW(grad(tape, w, x), shape_error);
    BOOST_TEST(tape.size() > 0u);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_keeps_only_its_arguments_and_gives_the_same_gradient)
{
    auto const x = linspace(0, 1, 10000);
    auto const step = [](auto const& t) {
        tensor<double> y = t;
        for (int i = 0; i < 20; ++i) {
            y = y + sin(y) * 0.1;
        }
        return y;
    };
    auto const run = [&](auto const& f) {
        auto tape = create_tape();
        tensor const y = sum(f(x));
        auto const bytes = tape.bytes();
        return std::pair(grad(tape, y, x), bytes);
    };
    auto const [plain, plain_bytes] = run(step);
    auto const [again, again_bytes] = run([&](auto const& t) { return checkpoint(step, t); });
    BOOST_TEST(std::equal(plain.begin(), plain.end(), again.begin()));
    BOOST_TEST(5 * again_bytes < plain_bytes);
}

BOOST_AUTO_TEST_CASE(check_gradient_tells_a_right_gradient_from_a_wrong_one)
{
    random::seed(5);
    auto const x = random::normal({3, 4});
    auto const w = random::normal({4});
    auto const good =
        check_gradient([](auto const& a, auto const& b) { return tanh(a * b) + a; }, x, w);
    BOOST_TEST(good.ok());
    BOOST_TEST(good.worst_relative_error < 1e-8);
    auto const wrong = custom_gradient(
        [](auto const& t) { return t * t; }, [](auto const& g, auto const& t) { return g * t; });
    auto const bad = check_gradient(wrong, x);
    BOOST_TEST(!bad.ok());
    std::ostringstream text;
    text << bad;
    BOOST_TEST(text.str().starts_with("gradient differs"));
}

BOOST_AUTO_TEST_CASE(gradients_go_through_what_a_checkpoint_has_captured)
{
    tensor const x = constant({1., 2., 3.});
    tensor const w = constant(2.);
    auto tape = create_tape();
    tensor const square = w * w; // computed by a statement, w by none
    auto const f = [=](auto const& a) { return a * square * w; };
    tensor const z = sum(checkpoint(f, x) * w);
    auto const [by_w, by_x] = grad(tape, z, wrt(w, x));
    BOOST_TEST(by_w.item() == 4 * 8. * 6.);
    BOOST_TEST(by_x(2) == 16.);

    auto const cube = [](auto const& a) {
        return as_tensor(sum(checkpoint([=](auto const& b) { return b * a * a; }, a)));
    };
    BOOST_TEST(gradient(cube, x)(1) == 12.);
    BOOST_TEST(jvp(cube, x, x).tangent.item() == 3 * 36.);
    BOOST_TEST(hessian(cube, x)(2, 2) == 18.);
    auto again = replay(cube);
    BOOST_TEST(again.gradient(x)(1) == 12.);
    BOOST_TEST(again.gradient(x + 1.)(1) == 27.);

    auto const selected = [](auto const& a, auto const& i) { return take(a, i, 0); };
    tensor const places = constant({2, 0, 2});
    auto const twice = [&](auto const& a) {
        return as_tensor(sum(checkpoint(selected, a, places)));
    };
    BOOST_TEST(gradient(twice, x)(2) == 2.);
}

BOOST_AUTO_TEST_CASE(expressions_as_arguments_of_a_mode_are_computed_first)
{
    tensor const x = constant({1., 2.});
    auto const f = [](auto const& a) { return as_tensor(sum(a * a * a)); };
    BOOST_TEST(value_and_grad(f, x * 2.).value.item() == 72.);
    BOOST_TEST(gradient(f, x * 2.)(1) == 48.);
    BOOST_TEST(vjp(f, x * 2.).pullback(constant(1.))(1) == 48.);
    BOOST_TEST(jvp(f, x * 2., x * 0. + 1.).tangent.item() == 60.);
    BOOST_TEST(jacobian(f, x * 2.)(1) == 48.);
    BOOST_TEST(hessian(f, x * 2.)(1, 1) == 24.);
    BOOST_TEST(hvp(f, x * 2., x)(1) == 48.);
    BOOST_TEST(checkpoint(f, x * 2.).item() == 72.);
    auto fast = replay(f);
    BOOST_TEST(fast(x * 2.).item() == 72.);
    BOOST_TEST(fast.gradient(x * 2.)(1) == 48.);
    BOOST_TEST(fast.value_and_grad(x * 2.).value.item() == 72.);
    auto const half = custom_gradient(
        [](auto const& a) { return a * 0.5; }, [](auto const& g, auto const&) { return g * 0.5; });
    BOOST_TEST(half(x * 2.)(1) == 2.);
}

BOOST_AUTO_TEST_CASE(numbers_as_arguments_of_a_mode_are_tensors_of_rank_0)
{
    auto const cube = [](auto const& x) { return x * x * x; };
    BOOST_TEST(gradient(cube, 2.).item() == 12.);
    BOOST_TEST(gradient(cube, 2.f).item() == 12.f);
    BOOST_TEST(value_and_grad(cube, 2.).value.item() == 8.);
    BOOST_TEST(hessian(cube, 2.).item() == 12.);
    BOOST_TEST(hvp(cube, 2., 0.5).item() == 6.);
    BOOST_TEST(jacobian(cube, 2.).item() == 12.);
    BOOST_TEST(jvp(cube, 2., 0.5).tangent.item() == 6.);
    BOOST_TEST(vjp(cube, 2.).pullback(constant(0.5)).item() == 6.);
    BOOST_TEST(checkpoint(cube, 2.).item() == 8.);
    BOOST_TEST(check_gradient(cube, 2.).ok());
    auto fast = replay([](auto const& x, auto const& a) { return as_tensor(sum(x * a)); });
    tensor const x = constant({1., 2.});
    BOOST_TEST(fast(x, 2.).item() == 6.);
    BOOST_TEST(fast(x, 3.).item() == 9.);
    BOOST_TEST(std::get<1>(fast.value_and_grad(x, 3.).gradients).item() == 3.);
    BOOST_TEST(std::get<1>(gradient(fast, x, 3.)).item() == 3.);
}

BOOST_AUTO_TEST_CASE(a_list_of_tensors_is_one_argument)
{
    std::vector<tensor<double>> const parameters{constant({1., 2.}), constant(3.), constant(5.)};
    auto const f = [](auto const& p) { return sum(p[0] * p[1]) + p[1] * p[1]; };
    auto const [value, gradients] = value_and_grad(f, parameters);
    BOOST_TEST(value.item() == 18.);
    BOOST_TEST(gradients.size() == 3);
    BOOST_TEST(gradients[0](1) == 3.);
    BOOST_TEST(gradients[1].item() == 9.);
    BOOST_TEST(gradients[2].item() == 0.); // f does not depend on it
    BOOST_TEST(gradient(f, parameters)[1].item() == 9.);
    auto const array = [](auto const& p) { return p[0] * p[1]; };
    BOOST_CHECK_THROW(gradient(array, parameters), shape_error);
    // One tensor twice is two arguments.
    std::vector<tensor<double>> const twice{parameters[1], parameters[1], parameters[1]};
    BOOST_TEST(gradient([](auto const& p) { return p[0] * p[1] * p[1]; }, twice)[1].item() == 18.);
}

BOOST_AUTO_TEST_CASE(a_jacobian_by_a_source_on_which_nothing_depends_is_an_error_or_zeros)
{
    auto tape = create_tape({.persistent = true});
    tensor const x = constant({1., 2.});
    tensor const y = x * x;
    tensor const other = constant({1., 2.});
    BOOST_CHECK_THROW(jacobian(tape, y, other), unconnected_error);
    BOOST_CHECK_THROW(batch_jacobian(tape, y, other), unconnected_error);
    grad_options const zeros{.unconnected = unconnected::zero};
    BOOST_TEST(jacobian(tape, y, other, zeros)(1, 1) == 0.);
    BOOST_TEST(jacobian(tape, y, x)(1, 1) == 4.);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_draws_the_same_random_numbers_again)
{
    auto const noisy = [](auto const& v) {
        return tensor(v * random::uniform(v.shape()) + random::normal(v.shape()));
    };
    auto const x = ones({100});
    auto tape = create_tape({.persistent = true});
    random::seed(2);
    tensor const y = sum(checkpoint(noisy, x));
    auto const next = random::uniform({}).item();
    random::seed(2);
    tensor const expected = sum(noisy(x));
    BOOST_TEST(y.item() == expected.item());
    BOOST_TEST(random::uniform({}).item() == next);
    random::seed(9);
    auto const after = random::uniform({2})(1);
    random::seed(9);
    random::uniform({});
    auto const g = grad(tape, y, x);
    BOOST_TEST(random::uniform({}).item() == after); // the sweep has drawn none of these
    BOOST_TEST(amax(abs(g - grad(tape, expected, x))).item() == 0.);
    tensor const z = sum(checkpointed_loop(noisy, 9, x));
    auto const by_loop = grad(tape, z, x);
    random::seed(2);
    BOOST_TEST(amax(abs(by_loop - grad(tape, z, x))).item() == 0.);
}

BOOST_AUTO_TEST_CASE(a_custom_gradient_and_a_checkpoint_have_second_derivatives)
{
    auto const own = custom_gradient(
        [](auto const& x) { return x * x * x; },
        [](auto const& g, auto const& x) { return 3 * x * x * g; });
    auto const h = hessian([&](auto const& x) { return sum(own(x)); }, constant({1., 2.}));
    BOOST_TEST(h(0, 0) == 6.);
    BOOST_TEST(h(1, 1) == 12.);
    auto const f = [](auto const& x) {
        return sum(checkpoint([](auto const& y) { return y * y * y; }, x));
    };
    BOOST_TEST(hessian(f, constant({1., 2.}))(1, 1) == 12.);
}

BOOST_AUTO_TEST_CASE(a_gradient_of_foreign_code_is_no_silent_constant)
{
    auto const foreign = custom_gradient(
        [](auto const& x) { return constant(x.item() * x.item()); },
        [](auto const& g, auto const& x) { return constant(2 * x.item() * g.item()); });
    tensor const x = constant(3.);
    auto outer = create_tape();
    auto inner = create_tape();
    auto const g = grad(inner, foreign(x), x);
    BOOST_TEST(g.item() == 6.);
    BOOST_CHECK_THROW(grad(outer, tensor(g * x), x), tape_error);
    // Neither where the gradient itself is the target, as in these.
    BOOST_CHECK_THROW(jvp(foreign, x, tensor(1.)), tape_error);
    BOOST_CHECK_THROW(hvp(foreign, x, tensor(1.)), tape_error);
}

BOOST_AUTO_TEST_CASE(a_backward_that_hands_the_adjoint_on_is_not_foreign)
{
    auto const same = custom_gradient(
        [](auto const& x) { return x + 0.; }, [](auto const& g, auto const&) { return g; });
    tensor const x = constant({1., 2.});
    auto const f = [&](auto const& y) { return same(sum(y * y)); };
    BOOST_TEST(hvp(f, x, constant({1., 3.}))(1) == 6.);
    BOOST_TEST(jvp(f, x, constant({1., 3.})).tangent.item() == 14.);
}

BOOST_AUTO_TEST_CASE(a_loop_of_checkpoints_keeps_few_states)
{
    constexpr std::size_t n = 400;
    auto const step = [](auto const& x) { return x + 0.01 * sin(x); };
    tensor const x = linspace<double>(0., 1., 1000);
    auto plain = create_tape();
    tensor y = x;
    for (std::size_t k = 0; k < n; ++k) {
        y = step(y);
    }
    auto const all_states = plain.bytes();
    auto const expected = grad(plain, y, x);
    plain.suspend();
    auto tape = create_tape();
    tensor const z = checkpointed_loop(step, n, x);
    BOOST_TEST(tape.bytes() * 8 < all_states);
    auto const actual = grad(tape, z, x);
    BOOST_TEST(tensor(amax(abs(actual - expected))).item() < 1e-14);
    BOOST_TEST(checkpointed_loop(step, 0, x)(1) == x(1));
}

BOOST_AUTO_TEST_CASE(a_hook_sees_scales_or_replaces_an_adjoint)
{
    tensor const x = constant({1., 2.});
    auto tape = create_tape({.persistent = true});
    double seen = 0;
    tensor const looked = gradient_hook(x, [&](auto const& g) { seen = g(1); });
    BOOST_TEST(grad(tape, tensor(sum(looked * looked)), x)(1) == 4.);
    BOOST_TEST(seen == 4.);
    tensor const clipped = gradient_hook(x, [](auto const& g) { return clip(g, -1., 1.); });
    BOOST_TEST(grad(tape, tensor(sum(5 * clipped)), x)(0) == 1.);
    tensor const wrong = gradient_hook(x, [](auto const&) { return tensor(1.); });
    BOOST_CHECK_THROW(grad(tape, tensor(sum(wrong)), x), shape_error);
}

BOOST_AUTO_TEST_CASE(what_a_checkpoint_has_captured_may_be_forgotten_and_computed_again)
{
    auto const gradients_within = [](std::size_t limit) {
        tensor const x = linspace<double>(0., 1., 1000);
        auto tape = create_tape({.memory_limit = limit});
        tensor const w = sin(x);
        tensor y = checkpoint([w](tensor<double> const& a) { return a * w; }, x);
        for (int i = 0; i < 12; ++i) {
            y = sin(y);
        }
        return grad(tape, sum(y), wrt(x, w));
    };
    auto const [by_x, by_w] = gradients_within(0);
    auto const [limited_by_x, limited_by_w] = gradients_within(70000);
    BOOST_TEST(all(limited_by_x == by_x).item());
    BOOST_TEST(all(limited_by_w == by_w).item());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_may_return_what_it_has_captured)
{
    tensor const x = constant({0.3, -0.7, 1.1});
    auto const f = [](tensor<double> const& a) {
        tensor const w = a * a;
        return as_tensor(sum(checkpoint([w](tensor<double> const&) { return w; }, a)));
    };
    BOOST_TEST(all(gradient(f, x) == 2 * x).item());
    BOOST_TEST(jvp(f, x, x).tangent.item() == sum(2 * x * x).item());
}

BOOST_AUTO_TEST_CASE(tangents_go_through_a_checkpoint_as_through_its_function)
{
    tensor const x = constant({0.3, -0.7, 1.1});
    tensor const v = constant({1., 2., -1.});
    auto const hooked = [](tensor<double> const& a) {
        return as_tensor(sin(gradient_hook(a, [](auto const& g) { return clip(g, -0.5, 0.5); })));
    };
    auto const check = [&](auto const& f) {
        auto const expected = jvp(f, x, v).tangent;
        auto const found = jvp([&](auto const& a) { return checkpoint(f, a); }, x, v).tangent;
        BOOST_TEST(all(found == expected).item());
    };
    check(hooked);
    check([](tensor<double> const& a) { return a; });
    check([](tensor<double> const& a) { return as_tensor(cumsum(a * a)); });
    auto const square_of = [](auto const& a) {
        return as_tensor(sum(checkpoint([](auto const& b) { return b * b; }, a)));
    };
    auto const along = [&](auto const& a) { return jvp(square_of, a, v).tangent; };
    BOOST_TEST(all(gradient(along, x) == 2 * v).item());
}
