#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <random>
#include <vector>

// Replays of programs that close with elementwise statements over one index space and a sum: these
// are one loop, over what other statements have computed before.

using namespace xgrad;
using replayed::expect_same;
using replayed::same_bits;

namespace {
template <class F, class... T>
bool closes_in_a_loop(F const& f, tensor<T> const&... x)
{
    using result = decltype(as_tensor(f(x...)));
    replayed::function_of<result, tensor<T>...> const function(f);
    detail::replay_record<tape> record;
    record.record(function, x...);
    return record.closes_in_a_loop();
}

template <class F, class... T>
void expect_loop(F const& f, tensor<T> const&... x)
{
    BOOST_TEST(closes_in_a_loop(f, x...));
    expect_same(f, x...);
}

auto const standardized = [](auto const& a, auto const& w) {
    auto const y = as_tensor(a - mean(a, 0));
    auto const z = as_tensor(y / stddev(a, 0));
    return as_tensor(sum(z * w));
};
auto const cross_entropy = [](auto const& x, auto const& w, auto const& bias) {
    using T = typename std::remove_cvref_t<decltype(x)>::value_type;
    auto const t = as_tensor(T(0.5) + T(0.25) * sin(sum(x, 1)));
    auto const p = as_tensor(sigmoid(matmul(x, w) + bias));
    return as_tensor(-mean(t * log(p) + (T(1) - t) * log(T(1) - p)));
};
auto const layer_norm = [](auto const& a, auto const& gain, auto const& bias) {
    using T = typename std::remove_cvref_t<decltype(a)>::value_type;
    auto const d = as_tensor(a - mean(a, 1, {.keep_dims = true}));
    auto const v = as_tensor(mean(d * d, 1, {.keep_dims = true}));
    auto const y = as_tensor(d / sqrt(v + T(1e-5)));
    auto const z = as_tensor(y * gain + bias);
    return as_tensor(mean(z * z * z));
};
/// Rows, columns and single numbers, some of them twice.
auto const broadcasts = [](auto const& a, auto const& row, auto const& number) {
    auto const column = as_tensor(sum(a, 1, {.keep_dims = true}));
    auto const y = as_tensor(a * row + column);
    auto const z = as_tensor(tanh(y) * row * number);
    auto const q = as_tensor(z - column * y);
    return as_tensor(sum(q * q));
};

/// A program of random statements over a matrix, a row, a column and a number, of which the last
/// sums a matrix.
struct random_program
{
    struct statement
    {
        unsigned what;
        std::size_t left;
        std::size_t right;
    };

    static constexpr std::size_t arguments = 4;

    std::vector<statement> statements;
    unsigned end;

    explicit random_program(unsigned seed)
    {
        std::mt19937 random(seed);
        auto const length = 2 + random() % 9;
        for (std::size_t k = 0; k < length; ++k) {
            auto const known = arguments + k;
            // What was computed lately is read more often.
            auto const some = [&] {
                auto const back = std::min<std::size_t>(random() % known, random() % known);
                return known - 1 - back;
            };
            statements.push_back({static_cast<unsigned>(random() % 12), some(), some()});
        }
        end = random() % 6;
    }

    tensor<double> operator()(
        tensor<double> const& matrix,
        tensor<double> const& row,
        tensor<double> const& column,
        tensor<double> const& number) const
    {
        std::vector<tensor<double>> x{matrix, row, column, number};
        for (auto const& s : statements) {
            x.push_back(value_of(s.what, x[s.left], x[s.right]));
        }
        tensor<double> const all = x.back() * matrix;
        tensor<double> const total = end % 2 == 0 ? sum(all * x[x.size() - 2]) : mean(all);
        switch (end / 2) {
        case 0:
            return total;
        case 1:
            return 2. - total / 3.;
        default:
            return total + 0.5 * sum(square(row)) - number;
        }
    }

    static tensor<double> value_of(unsigned what, tensor<double> const& a, tensor<double> const& b)
    {
        switch (what) {
        case 0:
            return a + b;
        case 1:
            return a - b * 0.5;
        case 2:
            return a * b;
        case 3:
            return tanh(a * b) + a;
        case 4:
            return a / (1. + square(b));
        case 5:
            return sin(a) * b;
        case 6:
            return a.dimension() == 2 ? mean(a, 0, {.keep_dims = true})
                                      : as_tensor(exp(-square(a)));
        case 7:
            return a.dimension() == 2 ? as_tensor(sum(a * b, -1, {.keep_dims = true}) * 0.1)
                                      : as_tensor(a * a);
        case 8:
            return a.dimension() == 2 ? amax(a, 0) : as_tensor(-a);
        case 9:
            return maximum(a, b);
        case 10:
            return where(a > b, a, 0.25 * b);
        default:
            return a.dimension() == 2 ? as_tensor(sqrt(1. + mean(square(a), 0))) : as_tensor(a + a);
        }
    }
};

template <class T>
void compare_all(std::size_t rows, std::size_t columns)
{
    auto const a = random::uniform<T>({rows, columns}, -2, 2);
    auto const w = random::uniform<T>({rows, columns}, -1, 1);
    auto const row = random::uniform<T>({columns}, -1, 1);
    tensor<T> const number = constant(T(0.3));
    BOOST_TEST_CONTEXT(rows << " by " << columns << " of " << sizeof(T) << " bytes")
    {
        BOOST_TEST(closes_in_a_loop(standardized, a, w));
        expect_same(standardized, a, w);
        expect_same(layer_norm, a, row, number);
        expect_same(broadcasts, a, row, number);
        BOOST_TEST(closes_in_a_loop(cross_entropy, a, row, number));
        expect_same(cross_entropy, a, row, number);
        auto const transposed = [](auto const& x, auto const& w) {
            return standardized(as_tensor(transpose(x)), as_tensor(transpose(w)));
        };
        expect_same(transposed, a, w);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(the_loop_has_the_bits_of_its_statements_in_all_sizes)
{
    // (No rows have a mean, and so no columns of it.)
    for (auto const& [rows, columns] :
         {std::pair<std::size_t, std::size_t>{1, 1},
          {1, 65},
          {65, 1},
          {5, 13},
          {511, 3},
          {3, 513},
          {64, 1024},
          {129, 500}}) {
        compare_all<double>(rows, columns);
        compare_all<float>(rows, columns);
    }
}

BOOST_AUTO_TEST_CASE(the_sums_of_many_parts_are_merged_as_by_the_sweep_on_any_number_of_threads)
{
    auto const before = num_threads();
    for (auto const threads : {1u, 2u}) {
        set_num_threads(threads);
        compare_all<double>(4000, 130);
        compare_all<double>(90000, 2);
        compare_all<float>(3, 70000);
    }
    set_num_threads(before);
}

BOOST_AUTO_TEST_CASE(random_programs_have_the_bits_of_their_statements)
{
    std::size_t loops = 0;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        auto const rows = std::array<std::size_t, 5>{9, 40, 700, 3, 1}[seed % 5];
        auto const columns = std::array<std::size_t, 4>{40, 11, 170, 3}[seed % 4];
        auto const matrix = random::uniform({rows, columns}, -1, 1);
        auto const row = random::uniform({columns}, -1, 1);
        auto const column = random::uniform({rows, 1}, -1, 1);
        auto const number = constant(0.7);
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            random_program const f(seed);
            loops += closes_in_a_loop(f, matrix, row, column, number) ? 1 : 0;
            expect_same(f, matrix, row, column, number);
        }
    }
    BOOST_TEST(loops > 150u);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_numbers_go_through_the_loop)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    auto a = random::uniform({40, 30}, -2, 2);
    auto const w = random::uniform({40, 30}, -1, 1);
    a = set(a, 3, 5, infinity);
    a = set(a, 7, 6, -infinity);
    a = set(a, 9, 9, std::numeric_limits<double>::quiet_NaN());
    expect_loop(standardized, a, w);
    expect_loop(broadcasts, a, random::uniform({30}), constant(infinity));
}

BOOST_AUTO_TEST_CASE(what_follows_from_the_sum_may_have_a_derivative_that_does_not_depend_on_it)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const x = random::uniform({40}, -2, 2);
    auto const loss = [](auto const& a, auto const& x) {
        auto const y = as_tensor(a * x);
        return as_tensor(mean(exp(y) + a));
    };
    auto const linear = [=](auto const& a, auto const& x) {
        return as_tensor(3. - loss(a, x) / 7.);
    };
    auto const logarithm = [=](auto const& a, auto const& x) { return as_tensor(log(loss(a, x))); };
    auto const penalized = [=](auto const& a, auto const& x) {
        auto const before = as_tensor(sum(x * x));
        return as_tensor(loss(a, x) + 0.5 * before);
    };
    auto const twice = [=](auto const& a, auto const& x) {
        tensor<double> const l = loss(a, x);
        return as_tensor(l * l);
    };
    auto const read_twice = [=](auto const& a, auto const& x) {
        tensor<double> const l = loss(a, x);
        tensor<double> const rest = 3. - 2. * l;
        return as_tensor(l + rest * 3. + sqrt(sum(square(x))));
    };
    expect_loop(linear, a, x);
    expect_loop(penalized, a, x);
    expect_loop(read_twice, a, x);
    for (auto const& f :
         {std::function<tensor<double>(tensor<double> const&, tensor<double> const&)>(logarithm),
          {twice}}) {
        BOOST_TEST(!closes_in_a_loop(f, a, x));
        expect_same(f, a, x);
    }
}

BOOST_AUTO_TEST_CASE(contributions_that_would_be_added_in_another_order_keep_the_statements)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const two_of_the_head = [](auto const& a) {
        auto const y = as_tensor(a * 2.);
        auto const z = as_tensor(y * sum(a, 0));
        return as_tensor(sum(z * amax(a, 0)));
    };
    auto const two_of_the_loop = [](auto const& a) {
        auto const y = as_tensor(sin(a));
        auto const z = as_tensor(a * y);
        auto const h = as_tensor(sum(a, 0));
        return as_tensor(sum(z * z * y + h * z));
    };
    auto const between = [](auto const& a) {
        auto const first = as_tensor(amin(a, 0));
        auto const y = as_tensor(a * first);
        auto const h = as_tensor(sum(a, 0));
        auto const z = as_tensor(y * h);
        auto const last = as_tensor(z + a);
        return as_tensor(sum(last * last));
    };
    auto const taken = [](auto const& a) {
        auto const y = as_tensor(exp(a));
        auto const loss = as_tensor(sum(y * square(y)));
        auto const z = as_tensor(take(a, {1, 2, 1}, 0));
        return as_tensor(loss + sum(z * z));
    };
    for (auto const& f :
         {replayed::function(two_of_the_head), {two_of_the_loop}, {between}, {taken}}) {
        expect_same(f, a);
    }
    BOOST_TEST(!closes_in_a_loop(between, a));
    BOOST_TEST(!closes_in_a_loop(taken, a));
}

BOOST_AUTO_TEST_CASE(parts_of_arrays_whose_adjoints_meet_there_keep_the_statements)
{
    auto const f = [](auto const& x) {
        auto const u = as_tensor(view(x, range(0, 2000)) - 2. * view(x, range(1, 2001)));
        auto const v = as_tensor(u * view(x, range(2, 2002)));
        return as_tensor(sum(v * u));
    };
    auto const x = random::uniform({2002}, -1, 1);
    BOOST_TEST(!closes_in_a_loop(f, x));
    expect_same(f, x);
}

BOOST_AUTO_TEST_CASE(operands_of_other_types_and_constants_are_read_by_the_loop)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const x = random::uniform({40}, -2, 2);
    tensor<bool> const mask = random::uniform({30, 40}) < 0.4;
    tensor<float> const weights = random::uniform<float>({30, 1});
    tensor<double> const strided = transpose(random::uniform({40, 30}));
    auto const f = [=](auto const& a, auto const& x) {
        auto const y = as_tensor(where(mask, a * x, a));
        auto const z = as_tensor(y * weights + strided);
        return as_tensor(sum(z * z * cast<double>(mask)));
    };
    expect_same(f, a, x);
    auto const masked = [=](auto const& a, auto const& x) {
        auto const y = as_tensor(where(mask, a * x, a));
        auto const z = as_tensor(y * strided);
        return as_tensor(sum(z * z));
    };
    expect_loop(masked, a, x);
}

BOOST_AUTO_TEST_CASE(arguments_may_lie_otherwise_in_a_later_call_or_be_one_tensor)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto fast = replay(standardized);
    fast(a, a);
    tensor<double> const turned = transpose(random::uniform({40, 30}, -2, 2));
    for (auto const& [x, w] : {std::pair{turned, a}, {a, turned}, {a, a}, {turned, turned}}) {
        auto const expected = value_and_grad(standardized, x, w);
        auto const found = fast.value_and_grad(x, w);
        BOOST_TEST(same_bits(found.value, expected.value));
        BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
        BOOST_TEST(same_bits(std::get<1>(found.gradients), std::get<1>(expected.gradients)));
        BOOST_TEST(same_bits(fast(x, w), standardized(x, w)));
    }
}

BOOST_AUTO_TEST_CASE(a_value_alone_leaves_nothing_of_the_arguments_behind)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const w = random::uniform({30, 40}, -1, 1);
    auto fast = replay(standardized);
    fast(a, w);
    tensor<double> const another = a + 1.;
    tensor<double> const value = fast(another, w);
    BOOST_TEST(same_bits(value, standardized(another, w)));
    BOOST_TEST(another.handle()->references.owners() == 1u);
}

BOOST_AUTO_TEST_CASE(a_number_in_foreign_memory_follows_the_sum)
{
    auto const f = [](auto const& a, auto const& w, auto const& bias) {
        return as_tensor(standardized(a, w) + bias);
    };
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const w = random::uniform({30, 40}, -1, 1);
    auto const number = std::make_unique<double>(3.);
    tensor<double> const bias = adapt(number.get(), {});
    auto fast = replay(f);
    fast(a, w, constant(2.));
    BOOST_TEST(same_bits(fast(a, w, bias), f(a, w, bias)));
    auto const expected = value_and_grad(f, a, w, bias);
    auto const found = fast.value_and_grad(a, w, bias);
    BOOST_TEST(same_bits(found.value, expected.value));
    BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
}

BOOST_AUTO_TEST_CASE(a_source_on_which_nothing_depends_has_zeros)
{
    auto const f = [](auto const& a, auto const& x) {
        auto const y = as_tensor(a * 2.);
        auto const h = as_tensor(sum(y, 0));
        auto const z = as_tensor(y * h);
        return as_tensor(sum(z * cast<double>(z > x)));
    };
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const x = random::uniform({40}, -2, 2);
    auto fast = replay(f);
    auto const found = fast.value_and_grad(a, x);
    auto const again = fast.value_and_grad(a, x);
    tensor<double> const zeros_of_x = zeros({40});
    BOOST_TEST(same_bits(std::get<1>(found.gradients), zeros_of_x));
    BOOST_TEST(same_bits(std::get<1>(again.gradients), zeros_of_x));
    BOOST_TEST(same_bits(found.value, f(a, x)));
}

BOOST_AUTO_TEST_CASE(tapes_and_checks_of_numbers_still_see_every_statement)
{
    auto const a = random::uniform({30, 40}, -2, 2);
    auto const w = random::uniform({30, 40}, -1, 1);
    auto const expected = value_and_grad(standardized, a, w);
    auto fast = replay(standardized);
    fast(a, w);
    {
        auto tape = create_tape();
        auto const value = fast(a, w);
        BOOST_TEST(tape.size() > 4u);
        BOOST_TEST(same_bits(grad(tape, value, a), std::get<0>(expected.gradients)));
    }
    check_numerics(true);
    BOOST_TEST(same_bits(fast.value_and_grad(a, w).value, expected.value));
    BOOST_CHECK_THROW(fast.value_and_grad(as_tensor(a * 0.), w), numerics_error);
    check_numerics(false);
}

BOOST_AUTO_TEST_CASE(a_training_step_of_the_loop_takes_nothing_from_the_heap)
{
    auto const a = random::uniform({200, 40}, -2, 2);
    auto const w = random::uniform({200, 40}, -1, 1);
    auto fast = replay(standardized);
    for (int warm = 0; warm < 3; ++warm) {
        fast.value_and_grad(a, w);
    }
    auto const before = count_of_allocations();
    for (int step = 0; step < 10; ++step) {
        fast.value_and_grad(a, w);
        fast(a, w);
    }
    BOOST_TEST(count_of_allocations() == before);
}
