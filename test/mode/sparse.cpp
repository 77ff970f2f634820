#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>

using namespace xgrad;

namespace {
// f(u)_i = u_{i-1} - 2 sin u_i + u_{i+1}, with nothing beyond the ends
tensor<double> tridiagonal(tensor<double> const& u)
{
    tensor const inner = pad(u, {{1, 1}});
    auto const n = static_cast<std::ptrdiff_t>(u.size());
    return view(inner, range(0, n)) - 2 * sin(u) + view(inner, range(2, n + 2));
}

// Σ x_0 x_i² + exp(x_i): an arrow
tensor<double> arrow(tensor<double> const& x)
{
    return sum(view(x, range(0, 1)) * square(view(x, range(1, static_cast<int>(x.size()))))) +
        sum(exp(x));
}

tensor<double> rosenbrock(tensor<double> const& x)
{
    auto const n = static_cast<int>(x.size());
    tensor const head = view(x, range(0, n - 1));
    tensor const tail = view(x, range(1, n));
    return sum(100 * square(tail - square(head)) + square(1 - head));
}

double largest_difference(tensor<double> const& a, tensor<double> const& b)
{
    return a.size() == 0 ? 0. : amax(abs(a - b)).item();
}
} // namespace

BOOST_AUTO_TEST_CASE(columns_of_one_colour_share_no_row)
{
    auto const pattern = sparsity_pattern::of_rows({{0, 1}, {1, 2}, {2, 3}, {3, 0}, {}}, 5);
    auto const c = coloured_columns(pattern);
    BOOST_TEST(c.count == 2u);
    for (std::size_t row = 0; row < 4; ++row) {
        BOOST_TEST(c.colours[row] != c.colours[(row + 1) % 4]);
    }
    BOOST_TEST((pattern.transposed().transposed() == pattern));
    BOOST_TEST(coloured_columns(sparsity_pattern::of_rows({}, 0)).count == 0u);
}

BOOST_AUTO_TEST_CASE(a_star_colouring_of_an_arrow_has_two_colours_and_of_a_chain_three)
{
    std::vector<std::vector<std::size_t>> arrow_rows(10);
    std::vector<std::vector<std::size_t>> chain_rows(10);
    for (std::size_t i = 0; i < 10; ++i) {
        arrow_rows[i] = {0, i};
        arrow_rows[0].push_back(i);
        for (std::size_t j = i == 0 ? 0 : i - 1; j < std::min<std::size_t>(i + 2, 10); ++j) {
            chain_rows[i].push_back(j);
        }
    }
    BOOST_TEST(star_coloured(sparsity_pattern::of_rows(arrow_rows, 10)).count == 2u);
    BOOST_TEST(star_coloured(sparsity_pattern::of_rows(chain_rows, 10)).count == 3u);
}

BOOST_AUTO_TEST_CASE(a_sparse_jacobian_is_the_dense_one)
{
    for (std::size_t const n : {1, 2, 3, 17, 64}) {
        auto const u = linspace(0.1, 2., n);
        auto const sparse = sparse_jacobian(tridiagonal, u);
        BOOST_TEST(sparse.pattern.size() == 3 * n - 2);
        BOOST_TEST(largest_difference(sparse.dense(), jacobian(tridiagonal, u)) == 0.);
    }
}

BOOST_AUTO_TEST_CASE(detecting_a_pattern_takes_a_number_of_products_that_grows_with_the_logarithm)
{
    std::size_t const n = 1000;
    std::size_t sweeps = 0;
    auto const counted = [&](tensor<double> const& u) {
        return gradient_hook(tridiagonal(u), [&](auto const& g) {
            ++sweeps;
            return g;
        });
    };
    auto const pattern = jacobian_sparsity(counted, linspace(0.1, 2., n));
    BOOST_TEST(pattern.size() == 3 * n - 2);
    BOOST_TEST(sweeps < 100u);
    sweeps = 0;
    static_cast<void>(sparse_jacobian(counted, linspace(0.1, 2., n), pattern));
    BOOST_TEST(sweeps == 3u);
}

BOOST_AUTO_TEST_CASE(few_columns_are_swept_forwards_and_few_rows_backwards)
{
    // two columns, ten rows; and the other way round
    auto const tall = [](tensor<double> const& x) -> tensor<double> {
        return matmul(reshape(linspace(1., 20., 20), {10, 2}), sin(x));
    };
    auto const wide = [](tensor<double> const& x) -> tensor<double> {
        return matmul(reshape(linspace(1., 20., 20), {2, 10}), sin(x));
    };
    auto const two = linspace(0.3, 0.7, 2);
    auto const ten = linspace(0.3, 0.7, 10);
    BOOST_TEST(largest_difference(sparse_jacobian(tall, two).dense(), jacobian(tall, two)) < 1e-13);
    BOOST_TEST(largest_difference(sparse_jacobian(wide, ten).dense(), jacobian(wide, ten)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(arguments_and_values_may_have_any_shape)
{
    auto const f = [](tensor<double> const& x) -> tensor<double> {
        return sum(transpose(x) * transpose(x), 0) + 0. * expand_dims(view(x, all(), 0), 0);
    };
    auto const x = reshape(linspace(1., 6., 6), {2, 3});
    auto const sparse = sparse_jacobian(f, x);
    auto const dense = reshape(jacobian(f, x), {2, 6});
    BOOST_TEST(largest_difference(sparse.dense(), dense) == 0.);
    BOOST_TEST(sparse.pattern.size() == 6u);
    auto const none = sparse_jacobian(
        [](tensor<double> const& y) -> tensor<double> { return 2 * y; }, zeros({0}));
    BOOST_TEST(none.pattern.size() == 0u);
    BOOST_TEST((none.dense().shape() == shape_type{0, 0}));
}

BOOST_AUTO_TEST_CASE(a_sparse_hessian_is_the_dense_one)
{
    for (auto const f : {&arrow, &rosenbrock}) {
        for (std::size_t const n : {2, 3, 10, 33}) {
            auto const x = linspace(-0.7, 1.9, n);
            auto const sparse = sparse_hessian(f, x);
            BOOST_TEST(sparse.pattern.size() == 3 * n - 2);
            auto const dense = hessian(f, x);
            BOOST_TEST(
                largest_difference(sparse.dense(), dense) <= 1e-12 * amax(abs(dense)).item());
        }
    }
}

BOOST_AUTO_TEST_CASE(floats_have_sparse_derivatives_too)
{
    auto const f = [](tensor<float> const& x) -> tensor<float> { return x * x; };
    tensor<float> const x = constant({1.f, 2.f, 3.f});
    auto const sparse = sparse_jacobian(f, x);
    BOOST_TEST(sparse.pattern.size() == 3u);
    BOOST_TEST(sparse.values(2) == 6.f);
}

BOOST_AUTO_TEST_CASE(patterns_that_do_not_fit_are_refused)
{
    auto const x = linspace(0.1, 2., 3);
    auto const small = sparsity_pattern::of_rows({{0}, {1}}, 2);
    BOOST_CHECK_THROW(sparse_jacobian(tridiagonal, x, small), shape_error);
    BOOST_CHECK_THROW(sparse_hessian(arrow, x, small), shape_error);
    auto const lopsided = sparsity_pattern::of_rows({{0, 1}, {1}, {2}}, 3);
    BOOST_CHECK_THROW(sparse_hessian(arrow, x, lopsided), value_error);
    BOOST_CHECK_THROW(sparse_hessian(tridiagonal, x), shape_error);
}

BOOST_AUTO_TEST_CASE(sparse_derivatives_have_derivatives)
{
    tensor const x = constant({0.3, -0.7, 1.1});
    auto const cube = [](tensor<double> const& a) { return as_tensor(a * a * a); };
    auto const summed = [&](tensor<double> const& a) {
        return as_tensor(sum(sparse_jacobian(cube, a).values * a));
    };
    BOOST_TEST(largest_difference(gradient(summed, x), 9 * x * x) < 1e-14);
    auto const energy = [&](tensor<double> const& a) { return as_tensor(sum(cube(a))); };
    auto const curvature = [&](tensor<double> const& a) {
        return sparse_hessian(energy, a).dense();
    };
    auto const [value, tangent] = jvp(curvature, x, ones<double>({3}));
    BOOST_TEST(largest_difference(value, diag(6 * x)) < 1e-14);
    BOOST_TEST(largest_difference(tangent, diag(full({3}, 6.))) < 1e-14);
    BOOST_TEST(sparse_jacobian([](auto const& a) { return floor(a); }, x).values.size() == 0u);
}
