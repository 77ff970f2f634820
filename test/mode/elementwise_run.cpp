#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

// Replays of a single elementwise statement.

using namespace xgrad;
using replayed::same_bits;

namespace {
template <class T>
using binary = std::function<tensor<T>(tensor<T> const&, tensor<T> const&)>;

template <class T>
binary<T> fused()
{
    return [](auto const& x, auto const& y) {
        return tensor<T>(exp(-square(x)) * sin(y) + T(1.5) * x);
    };
}

/// Whether f, of variables of these shapes, is such a statement.
template <class T>
bool suits(binary<T> const& f, tensor<T> const& x, tensor<T> const& y)
{
    auto t = create_tape({.persistent = true});
    t.record().keep_operands();
    auto const name_of = [&](auto const& body) {
        t.record().know(body);
        return *t.record().find(body);
    };
    std::vector<std::uint32_t> const arguments{name_of(x.body()), name_of(y.body())};
    auto const result = f(x, y);
    auto const& last = t.record().statements()[t.record().statements().size() - 1];
    return detail::elementwise_run::of<T>(t.record(), last, arguments).has_value();
}

/// Recorded with some values, replayed with others.
template <class T>
void compare(binary<T> const& f, tensor<T> const& x, tensor<T> const& y)
{
    auto fast = replay(f);
    fast(tensor<T>(T(0.5) * y), tensor<T>(x + T(1)));
    BOOST_TEST(same_bits(fast(x, y), f(x, y)));
    BOOST_TEST(same_bits(fast(y, x), f(y, x)));
    BOOST_TEST(same_bits(fast(x, x), f(x, x)));
    BOOST_TEST(fast.obstacle() == "");
}

template <class T>
void compare_sizes()
{
    constexpr auto few = few_blocks<T>;
    for (std::size_t const n :
         {std::size_t{1},
          std::size_t{3},
          std::size_t{4},
          std::size_t{7},
          std::size_t{8},
          std::size_t{9},
          std::size_t{17},
          few - 1,
          few,
          few + 1,
          20 * few + 3}) {
        auto const x = random::uniform<T>({n}, -2, 2);
        auto const y = random::uniform<T>({n}, -2, 2);
        BOOST_TEST(suits(fused<T>(), x, y));
        compare(fused<T>(), x, y);
    }
    compare(fused<T>(), tensor<T>(T(0.25)), tensor<T>(T(-3)));
    compare(fused<T>(), zeros<T>({0, 3}), zeros<T>({0, 3}));
    compare(fused<T>(), random::uniform<T>({3, 5, 2}), random::uniform<T>({3, 5, 2}));
}
} // namespace

BOOST_AUTO_TEST_CASE(one_statement_replayed_has_its_bits_in_all_sizes)
{
    compare_sizes<double>();
    compare_sizes<float>();
}

BOOST_AUTO_TEST_CASE(constants_of_the_same_shape_are_operands_too)
{
    for (std::size_t const n : {5u, 3000u}) {
        auto const x = random::uniform({n}, -2, 2);
        auto const y = random::uniform({n}, -2, 2);
        auto const constant = random::uniform({n}, -1, 1);
        binary<double> const f = [=](auto const& a, auto const& b) {
            return tensor<double>(constant * b + a / (2. + constant));
        };
        BOOST_TEST(suits(f, x, y));
        compare(f, x, y);
    }
}

BOOST_AUTO_TEST_CASE(an_argument_may_be_read_several_times_or_not_at_all)
{
    auto const x = random::uniform({6}, -2, 2);
    auto const y = random::uniform({6}, -2, 2);
    binary<double> const second_only = [](auto const&, auto const& b) {
        return tensor<double>(b * sin(b) + b);
    };
    BOOST_TEST(suits(second_only, x, y));
    compare(second_only, x, y);
}

BOOST_AUTO_TEST_CASE(statements_that_broadcast_reduce_or_move_are_none)
{
    auto const x = random::uniform({4}, -2, 2);
    auto const matrix = random::uniform({3, 4}, -2, 2);
    binary<double> const sums = [](auto const& a, auto const& b) { return sum(a * b); };
    binary<double> const reverses = [](auto const& a, auto const&) { return flip(a, 0); };
    BOOST_TEST(!suits(fused<double>(), x, matrix));
    BOOST_TEST(!suits(sums, x, x));
    BOOST_TEST(!suits(reverses, x, x));
    BOOST_TEST(!suits(fused<double>(), zeros({0}), zeros({0})));
}

BOOST_AUTO_TEST_CASE(arguments_of_the_same_shape_that_lie_apart_are_read_by_the_steps)
{
    auto const matrix = random::uniform({40, 6}, -2, 2);
    tensor<double> const column = view(matrix, all(), 2);
    tensor<double> const other = view(matrix, all(), 5);
    auto fast = replay(fused<double>());
    auto const dense = random::uniform({40}, -1, 1);
    fast(dense, dense);
    BOOST_TEST(same_bits(fast(column, other), fused<double>()(column, other)));
    BOOST_TEST(same_bits(fast(dense, other), fused<double>()(dense, other)));
    auto from_columns = replay(fused<double>());
    from_columns(column, other);
    BOOST_TEST(same_bits(from_columns(dense, other), fused<double>()(dense, other)));
}

BOOST_AUTO_TEST_CASE(infinities_and_nan_pass)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    auto const x = constant({-infinity, infinity, std::nan(""), 0., -0.});
    compare(fused<double>(), x, flip(x, 0));
}

BOOST_AUTO_TEST_CASE(a_tape_records_it_and_numerics_are_checked)
{
    auto fast = replay(fused<double>());
    auto const x = constant({0.5, -1.25});
    auto const y = constant({2., 0.75});
    fast(x, y);
    auto const loss = [](auto& f) {
        return [&f](auto const& a, auto const& b) { return sum(f(a, b)); };
    };
    auto const eager = fused<double>();
    auto const expected = value_and_grad(loss(eager), x, y);
    auto const found = value_and_grad(loss(fast), x, y);
    BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
    BOOST_TEST(same_bits(std::get<1>(found.gradients), std::get<1>(expected.gradients)));
    check_numerics(true);
    auto const beyond = full<double>({2}, -1e300);
    BOOST_CHECK_THROW(fast(full<double>({2}, std::nan("")), beyond), numerics_error);
    check_numerics(false);
    BOOST_TEST(std::isnan(fast(full<double>({2}, std::nan("")), beyond)(0)));
}

BOOST_AUTO_TEST_CASE(its_replay_allocates_nothing_once_it_has_run)
{
    for (std::size_t const n : {8u, 5000u}) {
        auto const x = random::uniform({n}, -2, 2);
        auto const y = random::uniform({n}, -2, 2);
        auto fast = replay(fused<double>());
        auto const run = [&] {
            for (int k = 0; k < 10; ++k) {
                fast(x, y);
            }
        };
        run();
        auto const before = count_of_allocations();
        run();
        BOOST_TEST(count_of_allocations() == before);
    }
}
