#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace xgrad;

namespace {
struct extent
{
    std::size_t rows;
    std::size_t columns;
};

// around a register, a block, and what is one sum of a broadcast operand's adjoint
std::vector<extent> const extents{
    {0, 3},
    {1, 1},
    {1, 9},
    {9, 1},
    {3, 5},
    {8, 8},
    {17, 63},
    {64, 8},
    {3, 511},
    {4, 513},
    {700, 100}};

template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// The largest distance, relative to numbers above 1.
template <class T>
double distance(tensor<T> const& a, tensor<T> const& b)
{
    auto const largest = [](auto const& e) { return static_cast<double>(amax(e).item()); };
    return a.size() == 0 ? 0 : largest(abs(a - b) / maximum(abs(b), T(1)));
}

template <class T>
struct formula
{
    tensor<T> x, row, column, number;

    formula(std::size_t rows, std::size_t columns)
        : x(random::uniform<T>({rows, columns}, -1, 1)),
          row(random::uniform<T>({columns}, 1, 2)),
          column(random::uniform<T>({rows, 1}, 1, 2)),
          number(constant(T(1.5)))
    {}

    tensor<T> in_steps() const
    {
        tensor<T> a = x * row;
        tensor<T> b = tanh(a) + column;
        tensor<T> c = b * a;
        tensor<T> d = c / column - number * b;
        return d * d + x;
    }

    tensor<T> at_once() const
    {
        auto const a = x * row;
        auto const b = tanh(a) + column;
        auto const d = b * a / column - number * b;
        return d * d + x;
    }
};

template <class T>
void expect_gradients_of_one_statement(double tolerance)
{
    for (auto const [rows, columns] : extents) {
        formula<T> const f(rows, columns);
        auto tape = create_tape();
        tensor<T> const named = f.in_steps();
        auto const [nx, nr, nc, nn] = grad(tape, named, wrt(f.x, f.row, f.column, f.number));
        tensor<T> const fused = f.at_once();
        auto const [fx, fr, fc, fn] = grad(tape, fused, wrt(f.x, f.row, f.column, f.number));
        BOOST_TEST_CONTEXT(rows << " x " << columns)
        {
            BOOST_TEST(distance(nx, fx) < tolerance);
            BOOST_TEST(distance(nr, fr) < tolerance);
            BOOST_TEST(distance(nc, fc) < tolerance);
            BOOST_TEST(distance(nn, fn) < tolerance);
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(named_statements_that_broadcast_have_the_gradient_of_one_statement)
{
    expect_gradients_of_one_statement<double>(1e-12);
    expect_gradients_of_one_statement<float>(1e-3);
}

BOOST_AUTO_TEST_CASE(reductions_among_them_start_from_their_own_adjoints)
{
    for (auto const [rows, columns] : extents) {
        if (rows < 2 || rows > 100) {
            continue; // nothing deviates, or differences take too long
        }
        tensor const x = random::uniform({rows, columns}, -1, 1);
        tensor const w = random::uniform({rows, columns}, -1, 1);
        auto const standardized = [&](auto const& x) {
            tensor const apart = x - mean(x, 0);
            tensor const z = apart / stddev(x, 0);
            tensor const largest = amax(z, 1, {.keep_dims = true});
            tensor const softened = z - 0.5 * largest;
            return as_tensor(sum(softened * w) + sum(square(sum(softened, 1))));
        };
        auto const report = check_gradient(standardized, x);
        BOOST_TEST(report.ok(), rows << " x " << columns << "\n" << report);
    }
}

BOOST_AUTO_TEST_CASE(an_adjoint_between_statements_that_broadcast_is_a_source_like_any_other)
{
    for (auto const [rows, columns] : extents) {
        formula<double> const f(rows, columns);
        auto tape = create_tape({.persistent = true});
        tensor const a = f.x * f.row;
        tensor const b = a * a + f.column;
        tensor const c = b * a;
        auto const [ga, gb, gc] = grad(tape, c, wrt(a, b, f.column));
        BOOST_TEST(distance(gb, a) < 1e-14);
        BOOST_TEST(distance(ga, tensor<double>(b + 2. * a * a)) < 1e-14);
        BOOST_TEST(distance(gc, tensor<double>(sum(a, 1, {.keep_dims = true}))) < 1e-13);
        BOOST_TEST(same_bits(tensor<double>(grad(tape, c, f.column)), gc));
    }
}

BOOST_AUTO_TEST_CASE(infinite_and_nan_elements_reach_their_own_sums_only)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    tensor const x = constant({{1., infinity, 2.}, {3., 4., nan}});
    tensor const row = constant({1., 1., 1.});
    auto tape = create_tape();
    tensor const a = x * row;
    tensor const b = a + row;
    auto const g = grad(tape, b, row);
    BOOST_TEST(g(0) == 6.);
    BOOST_TEST(g(1) == infinity);
    BOOST_TEST(std::isnan(g(2)));
}

BOOST_AUTO_TEST_CASE(strided_operands_and_aliases_go_with_their_neighbours)
{
    tensor const wide = random::uniform({40, 50}, -1, 1);
    auto tape = create_tape();
    tensor const x = view(wide, range(0, 40, 2), range(0, 50, 5));
    tensor const t = transpose(wide);
    tensor const part = view(t, range(0, 10), range(0, 20));
    tensor a = x * transpose(part);
    a = a - transpose(part);
    tensor const z = a * a;
    auto const g = grad(tape, z, wide);
    auto const numbers = check_gradient(
        [](auto const& wide) {
            auto const x = view(wide, range(0, 40, 2), range(0, 50, 5));
            auto const part = view(wide, range(0, 20), range(0, 10));
            return as_tensor(sum(square(x * part - part)));
        },
        wide);
    BOOST_TEST(numbers.ok(), numbers);
    auto other = create_tape();
    tensor const fused = square(
        view(wide, range(0, 40, 2), range(0, 50, 5)) * view(wide, range(0, 20), range(0, 10)) -
        view(wide, range(0, 20), range(0, 10)));
    BOOST_TEST(distance(g, tensor<double>(grad(other, fused, wide))) < 1e-13);
}

BOOST_AUTO_TEST_CASE(neighbours_and_threads_change_no_bit_of_a_sum)
{
    // long enough for several sums of each operand
    formula<double> const f(1500, 150);
    auto const gradients = [&](int threads, bool apart) {
        set_num_threads(threads);
        auto tape = create_tape();
        tensor a = f.x * f.row;
        if (apart) {
            tensor const other = sum(a, 0); // parts the neighbours, and has no adjoint
        }
        tensor b = tanh(a) * f.number + f.column;
        if (apart) {
            tensor const other = sum(b, 0);
        }
        tensor const c = exp(b) * f.number + f.row;
        auto result = grad(tape, c, wrt(f.x, f.row, f.column, f.number));
        set_num_threads(0);
        return result;
    };
    auto const expect_same = [](auto const& a, auto const& b) {
        BOOST_TEST(same_bits(std::get<0>(a), std::get<0>(b)));
        BOOST_TEST(same_bits(std::get<1>(a), std::get<1>(b)));
        BOOST_TEST(same_bits(std::get<2>(a), std::get<2>(b)));
        BOOST_TEST(same_bits(std::get<3>(a), std::get<3>(b)));
    };
    auto const together = gradients(1, false);
    expect_same(gradients(2, false), together);
    expect_same(gradients(1, true), together);
    expect_same(gradients(2, true), together);
}

BOOST_AUTO_TEST_CASE(a_result_of_another_type_has_its_adjoint_before_it_is_read)
{
    for (auto const [rows, columns] : extents) {
        formula<double> const f(rows, columns);
        auto tape = create_tape();
        tensor<float> const a = cast<float>(f.x * f.row);
        tensor const b = a * f.x + f.row;
        tensor const c = b * b;
        auto const g = grad(tape, c, f.x);
        tensor const expected = 2. * b * (a + f.x * f.row);
        BOOST_TEST(distance(g, expected) < 1e-5, rows << " x " << columns);
    }
}
