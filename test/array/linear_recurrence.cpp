#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/replayed.hpp"

#include <cmath>
#include <limits>

using namespace xgrad;
using replayed::expect_same;

namespace {
/// Element by element.
template <class T>
void expect_loop(tensor<T> const& a, tensor<T> const& b, std::size_t axis)
{
    auto const r = linear_recurrence(a, b, static_cast<std::ptrdiff_t>(axis));
    auto const factors = broadcast(a, r.shape());
    auto const inputs = broadcast(b, r.shape());
    for (std::size_t i = 0; i < r.shape()[0]; ++i) {
        for (std::size_t k = 0; k < r.shape()[1]; ++k) {
            auto const along = axis == 0 ? i : k;
            auto const before = along == 0 ? T(0) : axis == 0 ? r(i - 1, k) : r(i, k - 1);
            auto const expected = along == 0 ? inputs(i, k) : inputs(i, k) + factors(i, k) * before;
            BOOST_TEST(
                std::abs(r(i, k) - expected) <=
                4 * std::numeric_limits<T>::epsilon() * (1 + std::abs(expected)));
        }
    }
}

template <class T>
void compare_all()
{
    for (std::size_t const rows : {1u, 2u, 7u, 8u, 9u, 70u}) {
        for (std::size_t const columns : {1u, 3u, 15u, 16u, 17u, 600u}) {
            auto const a = random::uniform<T>({rows, columns}, -1, 1);
            auto const b = random::uniform<T>({rows, columns}, -1, 1);
            for (std::size_t const axis : {0u, 1u}) {
                expect_loop<T>(a, b, axis);
                expect_loop<T>(tensor<T>(T(0.9)), b, axis);
                expect_loop<T>(view(a, 0), b, axis);
                expect_loop<T>(a, view(b, all(), range(0, 1)), axis);
                expect_loop<T>(transpose(random::uniform<T>({columns, rows}, -1, 1)), b, axis);
            }
        }
    }
}

auto const smoothed = [](auto const& factor, auto const& x) {
    auto const s = as_tensor(linear_recurrence(factor, (1. - factor) * x, 0));
    return as_tensor(sum(square(s - x)));
};
} // namespace

BOOST_AUTO_TEST_CASE(each_element_is_its_input_and_a_multiple_of_the_one_before)
{
    compare_all<double>();
    compare_all<float>();
}

BOOST_AUTO_TEST_CASE(the_last_axis_is_meant_where_none_is_named)
{
    auto const r = linear_recurrence(2., constant({{1, 1, 1}, {0, 1, 0}}));
    BOOST_TEST((std::is_same_v<decltype(r), tensor<double> const>));
    BOOST_TEST(all(r == constant({{1., 3., 7.}, {0., 1., 2.}})).item());
    BOOST_TEST(linear_recurrence(0.5, zeros({0})).size() == 0u);
    BOOST_TEST(linear_recurrence(0.5, zeros({0, 3}), 1).size() == 0u);
}

BOOST_AUTO_TEST_CASE(derivatives_are_those_of_the_loop)
{
    auto const x = random::normal({40}, 0, 1);
    auto const factor = constant(0.8);
    auto const by_number = [](auto const& factor, auto const& x) {
        tensor<double> s = (1. - factor) * view(x, 0);
        tensor<double> total = square(s - view(x, 0));
        for (std::ptrdiff_t i = 1; i < 40; ++i) {
            s = factor * s + (1. - factor) * view(x, i);
            total += square(s - view(x, i));
        }
        return total;
    };
    auto const fast = value_and_grad(smoothed, factor, x);
    auto const slow = value_and_grad(by_number, factor, x);
    BOOST_TEST(std::abs(fast.value.item() - slow.value.item()) < 1e-13);
    auto const distance = [](auto const& a, auto const& b) { return amax(abs(a - b)).item(); };
    BOOST_TEST(distance(std::get<0>(fast.gradients), std::get<0>(slow.gradients)) < 1e-12);
    BOOST_TEST(distance(std::get<1>(fast.gradients), std::get<1>(slow.gradients)) < 1e-13);
    auto const of_x = [&](auto const& x) { return smoothed(factor, x); };
    auto const report = check_gradient(of_x, x);
    BOOST_TEST(report.ok(), report);
    auto const second = [&](auto const& f) {
        return hessian([&](auto const& p) { return f(p, x); }, factor);
    };
    BOOST_TEST(distance(second(smoothed), second(by_number)) < 1e-10);
    expect_same(smoothed, factor, x);
}

BOOST_AUTO_TEST_CASE(the_first_factor_is_not_read)
{
    auto const infinity = std::numeric_limits<double>::infinity();
    auto const a = constant({infinity, 0.5, 2.});
    auto const b = constant({1., 1., 1.});
    auto const f = [](auto const& a, auto const& b) {
        return as_tensor(sum(linear_recurrence(a, b)));
    };
    auto const [value, gradients] = value_and_grad(f, a, b);
    BOOST_TEST(value.item() == 6.5);
    BOOST_TEST(all(std::get<0>(gradients) == constant({0., 3., 1.5})).item());
    BOOST_TEST(all(std::get<1>(gradients) == constant({2.5, 3., 1.})).item());
}

BOOST_AUTO_TEST_CASE(a_tape_knows_it_as_one_statement_and_errors_say_what_is_wrong)
{
    auto tape = create_tape();
    auto const x = ones({3, 4});
    auto const r = linear_recurrence(constant(0.5), x);
    BOOST_TEST(tape.size() == 1u);
    auto const names = [](char const* word) {
        return [word](error const& e) {
            std::string const text = e.what();
            return text.find("linear_recurrence") != std::string::npos &&
                text.find(word) != std::string::npos;
        };
    };
    BOOST_CHECK_EXCEPTION(linear_recurrence(ones({5}), x), shape_error, names("{5}"));
    BOOST_CHECK_EXCEPTION(linear_recurrence(0.5, x, 2), error, names("axis 2"));
    BOOST_CHECK_EXCEPTION(linear_recurrence(0.5, constant(1.)), error, names("axis -1"));
}
