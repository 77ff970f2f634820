#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/replayed.hpp"

// Replays of programs with products of small matrices, which are instructions of a straight line.

using namespace xgrad;
using replayed::expect_same;
using replayed::runs_as_a_whole;

namespace {
auto const product_of = [](auto const& a, auto const& b) {
    auto const c = as_tensor(matmul(a, b));
    return as_tensor(sum(exp(c) * c));
};

/// The product's adjoint is one number for all elements.
auto const sum_of_product = [](auto const& a, auto const& b) { return sum(matmul(a, b)); };

/// It is that, and then another contribution is added.
auto const twice_read = [](auto const& a, auto const& b) {
    auto const c = as_tensor(matmul(a, b));
    return as_tensor(sum(sin(c)) + sum(c));
};

template <class T>
void check(shape_argument const& left, shape_argument const& right, bool fits)
{
    auto const a = random::uniform<T>(left, -1, 1);
    auto const b = random::uniform<T>(right, -1, 1);
    BOOST_TEST_CONTEXT(to_string(left.get()) << " by " << to_string(right.get()))
    {
        BOOST_TEST(runs_as_a_whole(product_of, a, b) == fits);
        expect_same(product_of, a, b);
        expect_same(sum_of_product, a, b);
        expect_same(twice_read, a, b);
    }
}

template <class T>
void check_all()
{
    check<T>({2, 3}, {3, 4}, true);
    check<T>({5, 5}, {5, 5}, true);
    check<T>({1, 1}, {1, 1}, true);
    check<T>({3, 4}, {4}, true);
    check<T>({4}, {4, 3}, true);
    check<T>({7}, {7}, true);
    check<T>({1, 9}, {9, 1}, true);
    check<T>({9, 1}, {1, 9}, true);
    check<T>({6, 5}, {5, 5}, true); // BLAS multiplies them
    check<T>({20, 20}, {20}, true);
    check<T>({20}, {20, 20}, true);
    check<T>({30, 17}, {17, 33}, true);
    check<T>({2, 2, 3}, {3, 2}, false); // a stack
}
} // namespace

BOOST_AUTO_TEST_CASE(small_products_of_every_form_have_the_bits_of_their_statements)
{
    check_all<double>();
    check_all<float>();
}

BOOST_AUTO_TEST_CASE(operands_may_be_transposed_parts_of_others_or_one_and_the_same)
{
    auto const f = [](auto const& x) {
        auto const block = as_tensor(view(x, range(1, 4), range(0, 3)));
        auto const row = as_tensor(view(x, 0));
        auto const square = as_tensor(matmul(block, block));
        auto const gram = as_tensor(matmul(transpose(x), x));
        auto const moved = as_tensor(matmul(gram, transpose(stack({row, row}))));
        return as_tensor(
            sum(square * transpose(square)) + sum(moved) + sum(matmul(row, gram)) +
            matmul(row, row));
    };
    auto const x = random::uniform({4, 4}, -1, 1);
    BOOST_TEST(runs_as_a_whole(f, x));
    expect_same(f, x);
    expect_same(f, random::uniform<float>({4, 4}, -1, 1));
}

BOOST_AUTO_TEST_CASE(matrices_that_blas_multiplies_may_be_transposed_or_parts)
{
    auto const of_transposed = [](auto const& x) {
        return as_tensor(sum(tanh(matmul(x, transpose(x)))));
    };
    auto const of_columns = [](auto const& x) {
        auto const columns = as_tensor(view(x, all(), range(1, 7)));
        return as_tensor(sum(tanh(matmul(x, columns))));
    };
    auto const of_rows = [](auto const& x) {
        auto const rows = as_tensor(view(x, range(2, 8)));
        return as_tensor(sum(tanh(matmul(rows, x)) * rows));
    };
    tensor<double> const x = random::uniform({9, 9}, -1, 1);
    expect_same(of_transposed, x);
    BOOST_TEST(!runs_as_a_whole(of_transposed, x));
    expect_same(of_columns, x);
    BOOST_TEST(!runs_as_a_whole(of_columns, x));
    expect_same(of_rows, x);
    BOOST_TEST(runs_as_a_whole(of_rows, x));
}

BOOST_AUTO_TEST_CASE(a_small_network_is_a_line)
{
    for (std::size_t const n : {1u, 4u, 20u}) {
        tensor<double> const data = random::uniform({n, 10}, -1, 1);
        tensor<double> const labels = random::uniform({n, 1}, -1, 1);
        auto const loss = [=](auto const& w, auto const& b, auto const& v, auto const& c) {
            auto const hidden = as_tensor(tanh(matmul(data, w) + b));
            auto const error = as_tensor(matmul(hidden, v) + c - labels);
            return as_tensor(mean(error * error) + 0.1 * sum(w * w));
        };
        auto const w = random::uniform({10, 16}, -1, 1);
        auto const b = random::uniform({16}, -1, 1);
        auto const v = random::uniform({16, 1}, -1, 1);
        auto const c = random::uniform({1}, -1, 1);
        BOOST_TEST(runs_as_a_whole(loss, w, b, v, c));
        expect_same(loss, w, b, v, c);
    }
}

BOOST_AUTO_TEST_CASE(a_constant_matrix_is_a_part_of_the_line)
{
    auto const rotation = constant({{0.6, -0.8}, {0.8, 0.6}});
    auto const f = [=](auto const& x) {
        tensor<double> y = x;
        for (int i = 0; i < 5; ++i) {
            y = tanh(matmul(rotation, y)) + x;
        }
        return tensor(sum(square(y)));
    };
    auto const x = constant({0.3, -0.2});
    BOOST_TEST(runs_as_a_whole(f, x));
    expect_same(f, x);
}

BOOST_AUTO_TEST_CASE(infinities_and_nan_pass_through_products)
{
    double const inf = std::numeric_limits<double>::infinity();
    double const nan = std::numeric_limits<double>::quiet_NaN();
    expect_same(product_of, constant({{1., inf}, {0., 2.}}), constant({{0., 1.}, {nan, -1.}}));
}
