#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

// ⟨J v, w⟩ = ⟨v, Jᵀ w⟩
template <class F>
void expect_adjoint_identity(F const& f, tensor<double> const& x)
{
    random::seed(7);
    tensor const v = random::normal<double>(x.shape(), 0., 1.);
    auto const [value, tangent] = jvp(f, x, v);
    tensor const w = random::normal<double>(value.shape(), 0., 1.);
    auto const back = vjp(f, x).pullback(w);
    double const forward = tensor(sum(tangent * w)).item();
    double const reverse = tensor(sum(back * v)).item();
    BOOST_TEST(std::abs(forward - reverse) <= 1e-12 * (1 + std::abs(forward)));
    BOOST_TEST(forward != 0.);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_hook_of_adjoints_lets_tangents_pass)
{
    auto const x = constant({1., 2.});
    auto const v = constant({3., 4.});
    auto const f = [](auto const& a) {
        return as_tensor(
            gradient_hook(a, [](auto const& g) { return as_tensor(clip(g, -0.5, 0.5)); }) * a);
    };
    BOOST_TEST(jvp(f, x, v).tangent(1) == 16.);
    BOOST_TEST(gradient([&](auto const& a) { return as_tensor(sum(f(a))); }, x)(1) == 2.5);
}

BOOST_AUTO_TEST_CASE(a_function_that_returns_an_argument_passes_its_tangent)
{
    auto const x = constant({1., 2.});
    auto const v = constant({3., 4.});
    auto const same = [](auto const& a) { return as_tensor(a); };
    BOOST_TEST(jvp(same, x, v).tangent(1) == 4.);
    auto const second = [](auto const&, auto const& b) { return as_tensor(b); };
    BOOST_TEST(jvp(second, std::tuple(x, v), std::tuple(v, x)).tangent(1) == 2.);
    BOOST_TEST(check_gradient(same, x).ok());
}

BOOST_AUTO_TEST_CASE(a_tangent_is_the_directional_derivative)
{
    tensor const x = constant({1., 2.});
    auto const [value, tangent] =
        jvp([](auto const& x) { return x * x * x; }, x, constant({1., 10.}));
    BOOST_TEST(value(1) == 8.);
    BOOST_TEST(tangent(0) == 3.);
    BOOST_TEST(tangent(1) == 120.);
}

BOOST_AUTO_TEST_CASE(several_primals_have_a_tangent_each)
{
    tensor const x = constant(2.);
    tensor const y = constant({1., 3.});
    auto const f = [](auto const& a, auto const& b) { return a * b; };
    auto const both = jvp(f, std::tuple(x, y), std::tuple(tensor(1.), constant({0., 1.})));
    BOOST_TEST(both.tangent(0) == 1.);
    BOOST_TEST(both.tangent(1) == 5.);
    auto const again = jvp(f, wrt(x, y), wrt(tensor(1.), constant({0., 1.})));
    BOOST_TEST(again.tangent(1) == 5.);
    BOOST_CHECK_THROW(jvp(f, std::tuple(x, y), std::tuple(x, x)), shape_error);
}

BOOST_AUTO_TEST_CASE(forward_and_reverse_agree)
{
    tensor const x = constant({{0.5, 1., 2.}, {0.3, 0.7, 1.9}});
    expect_adjoint_identity([](auto const& x) { return exp(x) * x + sin(x) / x; }, x);
    expect_adjoint_identity([](auto const& x) { return sum(x * x); }, x);
    expect_adjoint_identity([](auto const& x) { return mean(exp(x), 0); }, x);
    expect_adjoint_identity([](auto const& x) { return logsumexp(x * x, 1); }, x);
    expect_adjoint_identity([](auto const& x) { return amax(x * x, 1); }, x);
    expect_adjoint_identity([](auto const& x) { return prod(x, 0); }, x);
    expect_adjoint_identity([](auto const& x) { return stddev(x, 1); }, x);
    expect_adjoint_identity([](auto const& x) { return x * transpose(reshape(x, {3, 2})); }, x);
    expect_adjoint_identity([](auto const& x) { return matmul(x, transpose(x)); }, x);
    expect_adjoint_identity([](auto const& x) { return view(x, 1) * view(x, all(), 0)(0); }, x);
    expect_adjoint_identity([](auto const& x) { return x - view(x, all(), range(0, 1)); }, x);
    expect_adjoint_identity([](auto const& x) { return where(x > 1., log(x), x); }, x);
}

BOOST_AUTO_TEST_CASE(the_derivative_of_an_array_operation_of_one_tensor_twice_counts_both)
{
    tensor const x = constant({{1., 2.}, {3., 4.}});
    tensor const v = constant({{0., 1.}, {0., 0.}});
    auto const tangent = jvp([](auto const& x) { return matmul(x, x); }, x, v).tangent;
    tensor const expected = matmul(x, v) + matmul(v, x);
    BOOST_TEST(tensor(sum(abs(tangent - expected))).item() == 0.);
}

BOOST_AUTO_TEST_CASE(what_does_not_depend_on_the_primals_has_a_tangent_of_zeros)
{
    tensor const x = constant({1., 2.});
    auto const constant_tangent = jvp([](auto const&) { return ones<double>({3}); }, x, x).tangent;
    BOOST_TEST(constant_tangent.size() == 3u);
    BOOST_TEST(constant_tangent(0) == 0.);
    auto const rounded = jvp([](auto const& x) { return floor(x); }, x, x).tangent;
    BOOST_TEST(rounded(1) == 0.);
}

BOOST_AUTO_TEST_CASE(tangents_pass_between_float_and_double)
{
    tensor const x = constant(std::vector<float>{1.f, 2.f});
    auto const f = [](auto const& x) { return sum(cast<double>(x) * cast<double>(x)); };
    auto const result = jvp(f, x, x);
    static_assert(std::same_as<decltype(result.tangent.item()), double>);
    BOOST_TEST(result.tangent.item() == 10.);
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_leaves_no_tape_behind)
{
    tensor const x = constant({1., 2.});
    BOOST_CHECK_THROW(
        jvp(
            [](auto const& x) {
                return x + constant({1., 2., 3.});
            },
            x,
            x),
        shape_error);
    BOOST_TEST(active_tape() == nullptr);
}
