#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

// Statements over at most two blocks of elements that broadcast are swept one by one, without a
// plan. Operands that lie apart have to be planned for: both ways have the same bits.

using namespace xgrad;

namespace {
template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// The same elements, of which each second one of an array is one.
template <class T>
tensor<T> apart(tensor<T> const& x)
{
    tensor<T> const pairs = expand_dims(x, -1) + zeros<T>({2});
    return view(pairs, ellipsis(), 0);
}

// around a register, the few elements that need no array, and a block
struct shape_pair
{
    std::size_t rows, columns;
};

std::vector<shape_pair> const shapes{{1, 1},   {2, 1},   {1, 3},   {4, 3},   {3, 7},
                                     {8, 8},   {5, 13},  {64, 1},  {1, 65},  {16, 16},
                                     {2, 255}, {7, 73},  {8, 64},  {128, 4}, {171, 3},
                                     {3, 171}, {32, 32}, {5, 400}, {33, 32}, {20, 100}};

/// Gradients of f(matrix, row, column), taken both ways.
template <class T, class F>
void expect_the_same_both_ways(F const& f)
{
    for (auto const& [rows, columns] : shapes) {
        random::seed(rows * 1000 + columns);
        auto const m = random::uniform<T>({rows, columns}, T(-1), T(1));
        auto const r = random::uniform<T>({columns}, T(-1), T(1));
        auto const c = random::uniform<T>({rows, 1}, T(-1), T(1));
        auto const gradients = [&](tensor<T> const& m, tensor<T> const& r, tensor<T> const& c) {
            auto tape = create_tape();
            tensor<T> const value = f(m, r, c);
            auto [of_m, of_r, of_c] =
                grad(tape, value, wrt(m, r, c), {.unconnected = unconnected::zero});
            return std::vector<tensor<T>>{value, of_m, of_r, of_c};
        };
        auto const near = gradients(m, r, c);
        auto const far = gradients(apart(m), apart(r), apart(c));
        // Columns of more than a block are added up block by block where operands lie apart.
        bool const is_block = rows * columns <= block_length<T>;
        for (std::size_t i = is_block ? 0 : 1; i < near.size(); ++i) {
            BOOST_TEST(
                same_bits(near[i], far[i]),
                i << ", " << rows << " × " << columns << ", " << sizeof(T) << " bytes");
        }
    }
}

template <class F>
void expect_the_same(F const& f)
{
    expect_the_same_both_ways<double>(f);
    expect_the_same_both_ways<float>(f);
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_and_columns_have_the_gradients_of_a_planned_statement)
{
    expect_the_same([](auto const& m, auto const& r, auto const& c) { return m * r + c; });
    expect_the_same([](auto const& m, auto const& r, auto const& c) {
        return exp(m * c) * r + sin(r) / (2 + c * c);
    });
}

BOOST_AUTO_TEST_CASE(an_outer_product_has_them_where_no_operand_has_its_shape)
{
    expect_the_same([](auto const&, auto const& r, auto const& c) { return c * r; });
}

BOOST_AUTO_TEST_CASE(a_tensor_that_occurs_several_times_gets_all_its_adjoints)
{
    expect_the_same([](auto const& m, auto const& r, auto const&) { return r * m + r * r - m; });
    expect_the_same([]<class X>(X const& m, X const& r, X const& c) {
        X const first = m * r;
        X const second = first + c * r;
        X const third = second * r - first * c;
        return X(third * m);
    });
}

BOOST_AUTO_TEST_CASE(sums_and_means_over_all_axes_and_over_some_have_them)
{
    expect_the_same([](auto const& m, auto const& r, auto const& c) { return sum(m * r - c); });
    expect_the_same([](auto const& m, auto const& r, auto const& c) { return mean(m * r - c); });
    expect_the_same([](auto const& m, auto const& r, auto const&) { return sum(m * r, 0); });
    expect_the_same([](auto const& m, auto const&, auto const& c) { return mean(m * c, 1); });
    expect_the_same([](auto const& m, auto const&, auto const&) { return mean(m, 0); });
    expect_the_same([]<class X>(X const& m, X const& r, X const&) {
        X const centred = m - mean(m, 0);
        X const scaled = centred / (1 + sum(centred * centred, 1, {.keep_dims = true}));
        return X(sum(scaled * r));
    });
}

BOOST_AUTO_TEST_CASE(a_sum_of_what_its_way_back_reads_computes_it_again)
{
    expect_the_same([](auto const& m, auto const& r, auto const&) { return sum(exp(m + r)); });
    expect_the_same([](auto const& m, auto const&, auto const& c) { return mean(tanh(m + c), 0); });
}

BOOST_AUTO_TEST_CASE(elements_whose_adjoints_depend_on_themselves_and_the_result_have_them)
{
    expect_the_same([](auto const& m, auto const&, auto const&) { return amax(m); });
    expect_the_same([](auto const& m, auto const& r, auto const&) { return amax(m + r, 0); });
    expect_the_same([](auto const& m, auto const& r, auto const& c) { return amin(m * r - c); });
    expect_the_same([](auto const& m, auto const& r, auto const&) { return logsumexp(m + r); });
    expect_the_same([](auto const& m, auto const&, auto const&) { return logsumexp(m, 1); });
    expect_the_same([](auto const& m, auto const&, auto const& c) { return variance(m * c, 1); });
    expect_the_same([]<class X>(X const& m, X const&, X const&) {
        X const shares = exp(m - amax(m, 1, {.keep_dims = true}));
        return X(log(sum(shares, 1)) * variance(m, 1));
    });
}

BOOST_AUTO_TEST_CASE(ties_share_the_adjoint_evenly)
{
    expect_the_same(
        [](auto const& m, auto const& r, auto const&) { return amax(round(2 * m) + 0 * r, 0); });
    tensor const x = constant({{1., 3., 3.}, {2., 2., 2.}});
    auto tape = create_tape();
    tensor const z = amax(x, 1);
    tensor const g = grad(tape, z, x, constant({1., 6.}));
    BOOST_TEST(all(g == constant({{0., 0.5, 0.5}, {2., 2., 2.}})).item());
}

BOOST_AUTO_TEST_CASE(elements_that_depend_on_one_another_keep_their_own_way)
{
    expect_the_same([](auto const& m, auto const& r, auto const&) { return prod(m + r, 1); });
    expect_the_same([](auto const& m, auto const& r, auto const&) { return cumsum(m + r, 0); });
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_stay_where_they_are)
{
    auto const infinity = std::numeric_limits<double>::infinity();
    tensor const m = constant({{1., std::nan(""), 3.}, {4., 5., 6.}});
    tensor const r = constant({1., 2., infinity});
    auto tape = create_tape();
    tensor const z = m * r;
    auto const [of_m, of_r] = grad(tape, z, wrt(m, r));
    BOOST_TEST(std::isinf(z(0, 2)));
    BOOST_TEST(std::isnan(z(0, 1)));
    BOOST_TEST(!std::isnan(z(1, 1)));
    BOOST_TEST(of_m(1, 1) == 2.);
    BOOST_TEST(std::isinf(of_m(1, 2)));
    BOOST_TEST(of_r(0) == 5.);
    BOOST_TEST(std::isnan(of_r(1)));
    BOOST_TEST(of_r(2) == 9.);
}

BOOST_AUTO_TEST_CASE(no_elements_have_no_gradients_and_rows_get_zeros)
{
    tensor const none = zeros({0, 3});
    tensor const r = constant({1., 2., 3.});
    auto tape = create_tape();
    tensor const z = sum(none * r);
    auto const [of_none, of_r] = grad(tape, z, wrt(none, r));
    BOOST_TEST(z.item() == 0.);
    BOOST_TEST(of_none.size() == 0u);
    BOOST_TEST(all(of_r == 0.).item());
}

BOOST_AUTO_TEST_CASE(an_integer_operand_is_converted_by_a_plan)
{
    tensor<int> const m = constant({{1, 2, 3}, {4, 5, 6}});
    tensor const r = constant({1., 2., 3.});
    auto tape = create_tape();
    tensor const z = sum(m * r);
    tensor const of_r = grad(tape, z, r);
    BOOST_TEST(z.item() == 46.);
    BOOST_TEST(all(of_r == constant({5., 7., 9.})).item());
}
