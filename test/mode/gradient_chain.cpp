#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <tuple>

using namespace xgrad;
using replayed::expect_same;
using replayed::same_bits;

namespace {
auto const fused = [](auto const& x, auto const& y) {
    using T = typename std::remove_cvref_t<decltype(x)>::value_type;
    return sum(exp(-square(x)) * sin(y) + log(T(1) + square(x)));
};
auto const average = [](auto const& x, auto const& y) { return mean(exp(-x) * tanh(y) + x * x); };
auto const cheap = [](auto const& x, auto const& y) {
    auto const z = as_tensor(x - y);
    return sum(z * x);
};
auto const of_a_tensor = [](auto const& x, auto const& y) {
    auto const z = as_tensor(x * y);
    return sum(z);
};
auto const eight = [](auto const& x, auto const& y) {
    using T = typename std::remove_cvref_t<decltype(x)>::value_type;
    auto const t1 = as_tensor(sin(x));
    auto const t2 = as_tensor(t1 * y);
    auto const t3 = as_tensor(t2 + x * t1);
    auto const t4 = as_tensor(exp(-t3 * t3));
    auto const t5 = as_tensor(t4 * t2 + T(0.5) * x);
    auto const t6 = as_tensor(tanh(t5));
    auto const t7 = as_tensor(t6 * t4 + sqrt(T(1) + t3 * t3));
    auto const t8 = as_tensor(log(T(1) + t7 * t7) - t6 * y);
    return sum(t8);
};
auto const with_numbers = [](auto const& x, auto const& m, auto const& s) {
    auto const z = as_tensor((x - m) / s);
    auto const q = as_tensor(z * z);
    return mean(-q - log(s) + m * q);
};

template <class T>
void compare_all(std::size_t n)
{
    auto const x = random::uniform<T>({n}, -2, 2);
    auto const y = random::uniform<T>({n}, -3, 3);
    expect_same(fused, x, y);
    expect_same(average, x, y);
    expect_same(cheap, x, y);
    expect_same(of_a_tensor, x, y);
    expect_same(eight, x, y);
    expect_same(with_numbers, x, tensor<T>(T(0.25)), tensor<T>(T(1.75)));
}
} // namespace

BOOST_AUTO_TEST_CASE(a_chain_has_the_bits_of_its_statements_in_all_sizes)
{
    random::seed(11);
    for (std::size_t n :
         {1, 3, 4, 5, 8, 63, 64, 65, 255, 257, 1000, 1024, 1025, 2048, 5000, 14337, 40000}) {
        BOOST_TEST_CONTEXT("n = " << n)
        {
            compare_all<double>(n);
            compare_all<float>(n);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_changes_no_bit_of_a_chain)
{
    random::seed(12);
    tensor const x = random::uniform({300001}, -2, 2);
    tensor const y = random::uniform({300001}, -3, 3);
    auto f = replay(eight);
    f(x, y);
    set_num_threads(1);
    auto const one = f.value_and_grad(x, y);
    set_num_threads(0);
    auto const all = f.value_and_grad(x, y);
    BOOST_TEST(same_bits(one.value, all.value));
    BOOST_TEST(same_bits(std::get<0>(one.gradients), std::get<0>(all.gradients)));
    BOOST_TEST(same_bits(std::get<1>(one.gradients), std::get<1>(all.gradients)));
    expect_same(eight, x, y);
}

BOOST_AUTO_TEST_CASE(scalars_one_after_another_are_a_chain)
{
    auto const iterate = [](auto const& c) {
        tensor x = 0.;
        for (int i = 0; i < 1000; ++i) {
            x = x * x + c;
        }
        return x;
    };
    expect_same(iterate, tensor(0.2));
}

BOOST_AUTO_TEST_CASE(what_a_chain_captures_and_what_it_does_not_need_are_as_in_the_function)
{
    tensor const weights = constant({1., -2., 3.});
    auto const f = [&](auto const& x) {
        tensor const scaled = x * weights;
        tensor const unused = exp(scaled);
        return sum(where(scaled > 0., sqrt(scaled), -scaled) * weights);
    };
    expect_same(f, constant({4., 5., 0.}));
    expect_same([](auto const& x) { return sum(x * x * x); }, constant({1., 2.}));
}

BOOST_AUTO_TEST_CASE(arguments_that_are_strided_unconnected_or_empty_get_their_gradients)
{
    tensor const x = random::uniform({30, 40}, -1, 1);
    expect_same(fused, tensor(transpose(x)), random::uniform({40, 30}, -1, 1));
    expect_same([](auto const& a, auto const&) { return sum(a * a); }, x, x);
    expect_same(cheap, zeros({0}), zeros({0}));
}

BOOST_AUTO_TEST_CASE(a_sum_over_no_elements_is_zero_and_so_are_gradients_by_its_scalars)
{
    tensor const empty = zeros({0});
    expect_same([](auto const& x) { return sum(x * x); }, empty);
    auto const f = [](auto const& x, auto const& y) { return sum(square(y - x)); };
    expect_same(f, empty, tensor(3.));
    BOOST_TEST(std::get<1>(gradient(f, empty, tensor(3.))).item() == 0.);
}

BOOST_AUTO_TEST_CASE(float_and_double_arguments_of_one_shape_are_two_records)
{
    auto f = replay([](auto const& x) { return sum(x * x); });
    BOOST_TEST(f(constant({1., 2.})).item() == 5.);
    BOOST_TEST(f(constant({1.f, 2.f})).item() == 5.f);
    BOOST_TEST(f.gradient(constant({3.f, 2.f}))(0) == 6.f);
    BOOST_TEST(f.gradient(constant({3., 2.}))(0) == 6.);
}

BOOST_AUTO_TEST_CASE(tapes_record_a_chain_statement_by_statement)
{
    auto f = replay(cheap);
    tensor const x = constant({1., 2.});
    tensor const y = constant({3., 5.});
    f(x, y);
    auto tape = create_tape();
    auto const [value, gradients] = f.value_and_grad(x, y);
    BOOST_TEST(tape.size() > 0u);
    BOOST_TEST(grad(tape, std::get<0>(gradients), x)(0) == 2.); // d/dx (2 x - y)
}

BOOST_AUTO_TEST_CASE(a_chain_and_its_gradients_allocate_nothing_once_they_have_run)
{
    tensor const x = random::uniform({5000}, -2, 2);
    tensor const y = random::uniform({5000}, -3, 3);
    auto f = replay(eight);
    auto const run = [&] {
        auto const [value, gradients] = f.value_and_grad(x, y);
        return value.item() + std::get<0>(gradients)(0) + f(x, y).item();
    };
    run();
    run();
    auto const before = count_of_allocations();
    for (int k = 0; k < 10; ++k) {
        run();
    }
    BOOST_TEST(count_of_allocations() - before == 0u);
}
