#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(several_sources_come_back_in_their_order)
{
    auto tape = create_tape({.persistent = true});
    tensor const a = constant(2.);
    tensor const b = constant({1., 2., 3.});
    tensor const y = sum(a * b * b);
    auto const [ga, gb] = grad(tape, y, wrt(a, b));
    BOOST_TEST(ga.item() == 14.);
    BOOST_TEST(gb(2) == 12.);
    auto const list = grad(tape, y, std::vector<tensor<double>>{b, a, b});
    BOOST_TEST(list.size() == 3u);
    BOOST_TEST(list[0](0) == 4.);
    BOOST_TEST(list[1].item() == 14.);
    BOOST_TEST(list[2](2) == 12.);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_an_array_is_that_of_its_sum_or_of_its_product_with_out_grad)
{
    auto tape = create_tape({.persistent = true});
    tensor const x = constant({1., 2., 3.});
    tensor const y = x * x;
    BOOST_TEST(grad(tape, y, x)(1) == 4.);
    auto const weighted = grad(tape, y, x, constant({1., 0., -1.}));
    BOOST_TEST(weighted(0) == 2.);
    BOOST_TEST(weighted(1) == 0.);
    BOOST_TEST(weighted(2) == -6.);
    BOOST_CHECK_THROW(grad(tape, y, x, constant({1., 2.})), shape_error);
}

BOOST_AUTO_TEST_CASE(several_targets_add_up)
{
    auto tape = create_tape();
    tensor const x = constant(3.);
    tensor const u = x * x;
    tensor const v = 2 * x;
    BOOST_TEST(grad(tape, targets(u, v), x).item() == 8.);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_an_expression_is_computed_and_recorded_first)
{
    tensor const x = constant({1., 2., 3.});
    tensor const seed = constant({1., 10., 100.});
    auto tape = create_tape({.persistent = true});
    tensor const y = x * x;
    auto const is = [](tensor<double> const& g, std::initializer_list<double> expected) {
        return std::equal(g.begin(), g.end(), expected.begin(), expected.end());
    };
    BOOST_TEST(is(grad(tape, y * x, x), {3., 12., 27.}));
    BOOST_TEST(is(grad(tape, xt::sum(y), x), {2., 4., 6.}));
    BOOST_TEST(is(grad(tape, y * 2., x, seed), {4., 80., 1200.}));
    BOOST_TEST(is(grad(tape, y * 2., x, seed * 2.), {8., 160., 2400.}));
    BOOST_TEST(is(grad(tape, targets(y * 2., sum(x)), x), {5., 9., 13.}));
    BOOST_TEST(is(jacobian(tape, y * 2., x), {4., 0., 0., 0., 8., 0., 0., 0., 12.}));
    BOOST_TEST(is(batch_jacobian(tape, y * 2., x), {4., 8., 12.}));
    BOOST_CHECK_THROW(grad(tape, y * 2., x, constant({1., 2.})), shape_error);
}

BOOST_AUTO_TEST_CASE(a_source_may_be_intermediate_or_the_target_itself)
{
    auto tape = create_tape({.persistent = true});
    tensor const x = constant(3.);
    tensor const y = x * x;
    tensor const z = y + y;
    auto const [gz, gy, gx] = grad(tape, z, wrt(z, y, x));
    BOOST_TEST(gz.item() == 1.);
    BOOST_TEST(gy.item() == 2.);
    BOOST_TEST(gx.item() == 12.);
}

BOOST_AUTO_TEST_CASE(a_target_given_twice_counts_twice_whether_or_not_the_tape_knows_it)
{
    tensor const x = constant({3., 4.});
    auto outer = create_tape();
    for (bool const known : {false, true}) {
        auto tape = create_tape();
        if (known) {
            tensor const y = x * x;
        }
        auto const g = grad(tape, targets(x, x), x);
        BOOST_TEST(g(0) == 2.);
        BOOST_TEST(g(1) == 2.);
    }
}

BOOST_AUTO_TEST_CASE(an_unconnected_source_is_an_error_that_names_both_or_zeros_on_request)
{
    auto tape = create_tape({.persistent = true});
    tensor const x = constant(3.);
    tensor const other = constant({1., 2.});
    tensor const y = x * x;
    BOOST_CHECK_EXCEPTION(grad(tape, y, other), unconnected_error, [](error const& e) {
        std::string const what = e.what();
        return what.find("tensor<double> of shape {}") != what.npos &&
            what.find("source 0, a tensor<double> of shape {2}") != what.npos;
    });
    auto const [gx, g] = grad(tape, y, wrt(x, other), {.unconnected = unconnected::zero});
    BOOST_TEST(gx.item() == 6.);
    BOOST_TEST(g.size() == 2u);
    BOOST_TEST(g(1) == 0.);
}

BOOST_AUTO_TEST_CASE(a_target_that_depends_on_truth_values_alone_is_unconnected_and_not_unknown)
{
    tensor const x = constant({1., 3.});
    auto tape = create_tape({.persistent = true});
    tensor const y = mean(cast<double>(x > 2.));
    BOOST_CHECK_THROW(grad(tape, y, x), unconnected_error);
    BOOST_TEST(grad(tape, y, x, {.unconnected = unconnected::zero})(1) == 0.);
    auto const count = [](auto const& a) { return as_tensor(sum(where(a > 2., 1., 0.) + 0. * a)); };
    auto fast = replay(count);
    fast(x);
    BOOST_TEST(fast(x + 2.).item() == 2.); // no constant of the record
}

BOOST_AUTO_TEST_CASE(a_failed_gradient_leaves_the_tape_as_it_was)
{
    auto tape = create_tape();
    tensor const x = constant(3.);
    tensor const y = x * x;
    BOOST_CHECK_THROW(grad(tape, y, constant(1.)), unconnected_error);
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(grad(tape, y, x).item() == 6.);
}

BOOST_AUTO_TEST_CASE(contributions_along_all_paths_are_added_once_each)
{
    auto tape = create_tape();
    tensor const x = constant(1.);
    tensor y = x;
    for (int i = 0; i < 40; ++i) {
        y = y + y; // 2^40 paths
    }
    BOOST_TEST(grad(tape, y, x).item() == 1099511627776.);
}

BOOST_AUTO_TEST_CASE(an_adjoint_that_is_a_view_of_another_is_not_added_to_in_place)
{
    tensor x = arange<double>(1., 201.);
    auto tape = create_tape();
    tensor cube = x * x * x;
    tensor y = reshape(x, {2, 100}); // the adjoint of x begins as a view of that of y
    tensor z = sum(cube) + sum(y * y * y);
    auto [gx, gy] = grad(tape, z, wrt(x, y));
    BOOST_TEST(all(gx == 6. * square(x)).item());
    BOOST_TEST(all(gy == 3. * square(y)).item());
}

BOOST_AUTO_TEST_CASE(a_broadcast_operand_gets_the_sum_over_where_it_was_read)
{
    auto tape = create_tape();
    tensor const row = constant({1., 2., 3.});
    tensor const column = constant({{1.}, {10.}});
    tensor const s = constant(2.);
    tensor const y = s * row * column;
    auto const [g_row, g_column, g_s] = grad(tape, y, wrt(row, column, s));
    BOOST_TEST((g_row.shape() == std::vector<std::size_t>{3}));
    BOOST_TEST((g_column.shape() == std::vector<std::size_t>{2, 1}));
    BOOST_TEST(g_row(0) == 22.);
    BOOST_TEST(g_column(1, 0) == 12.);
    BOOST_TEST(g_s.item() == 66.);
}

BOOST_AUTO_TEST_CASE(large_broadcasts_and_threads_give_the_same_bits_for_any_number_of_threads)
{
    random::seed(3);
    auto const x = random::normal({3000, 70});
    auto const w = random::normal({70});
    auto const c = random::normal({3000, 1});
    auto const run = [&](int threads) {
        set_num_threads(threads);
        auto tape = create_tape();
        tensor const y = sum(tanh(x * w + c) * x);
        auto const [gx, gw, gc] = grad(tape, y, wrt(x, w, c));
        set_num_threads(0);
        return std::tuple(y, gx, gw, gc);
    };
    auto const same = [](auto const& a, auto const& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    };
    auto const [y1, x1, w1, c1] = run(1);
    auto const [y2, x2, w2, c2] = run(2);
    BOOST_TEST(same(y1, y2));
    BOOST_TEST(same(x1, x2));
    BOOST_TEST(same(w1, w2));
    BOOST_TEST(same(c1, c2));
}

BOOST_AUTO_TEST_CASE(recorded_values_do_not_change_with_the_names_they_had)
{
    auto tape = create_tape();
    tensor x = constant({1., 2.});
    tensor const source = x;
    tensor const y = x * x;
    x *= 100;
    BOOST_TEST(grad(tape, y, source)(1) == 4.);
}

BOOST_AUTO_TEST_CASE(in_place_updates_in_a_loop_differentiate_as_written)
{
    auto tape = create_tape();
    tensor const x = constant({1., 2.});
    tensor y = x;
    for (int i = 0; i < 3; ++i) {
        y += y * x;
    }
    auto const g = grad(tape, y, x); // y = x (1 + x)^3
    BOOST_TEST(g(0) == 8. + 3 * 4.);
    BOOST_TEST(g(1) == 27. + 2 * 3 * 9.);
}

BOOST_AUTO_TEST_CASE(detached_values_and_integers_carry_no_gradient)
{
    auto tape = create_tape({.persistent = true});
    tensor const x = constant({1., 2.});
    tensor const y = x * x.detach();
    BOOST_TEST(grad(tape, y, x)(1) == 2.);
    tensor const z = x * tensor<std::int64_t>(x);
    BOOST_TEST(grad(tape, z, x)(1) == 2.);
}

BOOST_AUTO_TEST_CASE(gradients_pass_between_float_and_double)
{
    auto tape = create_tape();
    auto const f = constant({1.f, 2.f});
    tensor const d = f * constant({0.5, 0.25});
    tensor<float> const back = d * d;
    auto const g = grad(tape, back, f);
    BOOST_TEST((std::is_same_v<decltype(g), tensor<float> const>));
    BOOST_TEST(g(1) == 2 * 2.f * 0.25f * 0.25f);
}

BOOST_AUTO_TEST_CASE(empty_arrays_have_empty_gradients)
{
    auto tape = create_tape();
    auto const x = zeros({0, 3});
    auto const w = ones({3});
    tensor const y = sum(x * w);
    auto const [gx, gw] = grad(tape, y, wrt(x, w));
    BOOST_TEST(y.item() == 0.);
    BOOST_TEST((gx.shape() == std::vector<std::size_t>{0, 3}));
    BOOST_TEST(gw(2) == 0.);
}

BOOST_AUTO_TEST_CASE(value_and_grad_returns_both_and_wants_a_scalar)
{
    auto const x = constant({1., 2.});
    auto const b = constant(3.);
    auto const f = [](auto const& p, auto const& q) { return sum(p * p) * q; };
    auto const [value, gradients] = value_and_grad(f, x, b);
    BOOST_TEST(value.item() == 15.);
    BOOST_TEST(std::get<0>(gradients)(1) == 12.);
    BOOST_TEST(std::get<1>(gradients).item() == 5.);
    BOOST_TEST(
        gradient([](auto const& p) { return sum(exp(p)); }, x)(0) == std::exp(1.),
        boost::test_tools::tolerance(1e-15));
    BOOST_CHECK_THROW(gradient([](auto const& p) { return p * 2; }, x), shape_error);
    // the same tensor given twice is two arguments
    auto const [ga, gb] =
        gradient([](auto const& p, auto const& q) { return sum(p * p * q); }, x, x);
    BOOST_TEST(ga(1) == 8.);
    BOOST_TEST(gb(1) == 4.);
}

BOOST_AUTO_TEST_CASE(a_multiple_of_a_sum_has_the_same_gradient_however_often_it_is_asked_for)
{
    auto const check = [](auto const& x, auto const& y) {
        using T = typename std::remove_cvref_t<decltype(x)>::value_type;
        auto const loss = [](auto const& u, auto const& v) {
            return as_tensor(T(-0.3) * sum(square(u) * exp(v)) + T(1));
        };
        tensor<T> const gx = T(-0.3) * (T(2) * x * exp(y));
        tensor<T> const gy = T(-0.3) * (square(x) * exp(y));
        auto const expect = [&](tensor<T> const& found, tensor<T> const& expected) {
            auto const scale = T(1) + norm_linf(expected).item();
            BOOST_TEST(norm_linf(found - expected).item() <= T(1e-6) * scale);
        };
        // Once, and of the same source twice.
        auto tape = create_tape();
        tensor<T> z = loss(x, y);
        auto const [a, b, c] = grad(tape, z, wrt(x, y, x));
        expect(a, gx);
        expect(b, gy);
        expect(c, gx);
        // After an error everything is as before.
        z = loss(x, y);
        tensor<T> const stranger = T(1);
        BOOST_CHECK_THROW(grad(tape, z, wrt(x, stranger)), unconnected_error);
        expect(grad(tape, z, x), gx);
        // A persistent tape, and one that sweeps for each row of a Jacobian.
        auto persistent = create_tape({.persistent = true});
        with_tape(persistent, [&] {
            tensor<T> const w = loss(x, y);
            expect(grad(persistent, w, x), gx);
            expect(grad(persistent, w, y), gy);
            expect(grad(persistent, w, x), gx);
        });
    };
    for (std::size_t const n : {1, 5, 64, 65, 1024, 5000, 40000}) {
        check(random::uniform({n}, -1, 1), random::uniform({n}, -1, 1));
        check(random::uniform<float>({n}, -1, 1), random::uniform<float>({n}, -1, 1));
    }
    tensor const x = constant({1., 2.});
    auto tape = create_tape();
    tensor const z = stack({tensor(3. * sum(x * x)), tensor(mean(exp(x)))});
    auto const rows = jacobian(tape, z, x);
    BOOST_TEST(rows(0, 0) == 6.);
    BOOST_TEST(rows(0, 1) == 12.);
    BOOST_TEST(rows(1, 1) == std::exp(2.) / 2);
}

BOOST_AUTO_TEST_CASE(a_sum_times_zero_gives_nothing_to_a_pole_and_keeps_what_is_no_number)
{
    tensor const x = constant({0., 4., -1.});
    auto const gradient_for = [&](double factor) {
        auto tape = create_tape();
        tensor const z = factor * sum(sqrt(x));
        return grad(tape, z, x);
    };
    auto const none = gradient_for(0.);
    BOOST_TEST(none(0) == 0.);
    BOOST_TEST(none(1) == 0.);
    BOOST_TEST(std::isnan(none(2)));
    auto const some = gradient_for(-2.);
    BOOST_TEST(some(0) == -std::numeric_limits<double>::infinity());
    BOOST_TEST(some(1) == -0.5);
    BOOST_TEST(std::isnan(some(2)));
}

BOOST_AUTO_TEST_CASE(check_numerics_names_the_statement_that_gives_an_adjoint_no_finite_number)
{
    struct restore
    {
        ~restore() { check_numerics(false); }
    } const guard;
    check_numerics(true);
    auto const refuses = [](auto const& f, tensor<double> const& x, std::string const& start) {
        auto tape = create_tape();
        tensor const loss = f(x);
        BOOST_CHECK_EXCEPTION(grad(tape, loss, x), numerics_error, [&](error const& e) {
            BOOST_TEST_MESSAGE(e.what());
            return std::string(e.what()).starts_with(start) && std::string(e.what()).ends_with("]");
        });
        BOOST_TEST(tape.size() > 0u); // it is as it was
    };
    tensor const x = constant({1., 0., 2.});
    auto const root = [](auto const& v) { return sum(sqrt(v)); };
    refuses(root, x, "gradient of sum(sqrt(x0)) by x0: element 1 of 3 is inf");
    refuses(
        [](auto const& v) {
            tensor const y = sqrt(v) * 2.;
            tensor const z = y + 1.; // reversed with it, one after the other
            return sum(z * z);
        },
        x,
        "gradient of sqrt(x0) * c by x0: element 1 of 3 is inf");
    refuses(
        [](auto const& v) { return sum(sqrt(flip(v))); },
        x,
        "gradient of sum(sqrt(x0)) by x0: element 1 of 3 is inf");
    refuses(
        [](auto const& v) { return sqrt(v) * 3.; },
        constant(0.),
        "gradient of sqrt(x0) * c by x0: element 0 of 1 is inf");
    auto again = replay(root);
    BOOST_TEST(again.gradient(x + 1.)(1) == 0.5);
    BOOST_TEST(again.gradient(x + 1.)(1) == 0.5);
    BOOST_CHECK_THROW(again.gradient(x), numerics_error);
    auto tape = create_tape();
    tensor const y = exp(x);
    BOOST_TEST(grad(tape, sum(y * y), x)(1) == 2.);
}
