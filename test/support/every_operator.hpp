// What every array operator has to do, whatever it computes: a table of operators goes through all
// of it, each line an operator as a function of one array.
#pragma once

#include "replayed.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace every_operator {
using namespace xgrad;

template <class T>
using function = std::function<tensor<T>(tensor<T> const&)>;

/// What an operator says of operands without elements, and without axes.
enum class answer
{
    works,
    refuses // by a shape_error or a value_error
};

struct expectation
{
    answer empty = answer::works;
    answer scalar = answer::works;
    bool replays = true;
    std::size_t before = 0; // statements that make the operator's operands
};

template <class T>
struct with_gradient
{
    tensor<T> value;
    tensor<T> gradient;
};

/// That what says type and shape in short is as the tensor.
template <class T>
void check_layout(tensor<T> const& x)
{
    auto const& body = x.body();
    bool const is_dense = body.contiguous && body.padded;
    BOOST_TEST(body.layout == (is_dense ? layout_of(type_of<T>, body.shape) : no_layout));
}

/// Numbers of no special values, as weights.
template <class T>
tensor<T> numbers(shape_type const& shape, double from)
{
    auto const size = element_count(shape);
    return tensor<T>(reshape(cos(linspace(from, from + 3, size)), shape));
}

/// The value, and the gradient of its weighted sum.
template <class T>
with_gradient<T> run(function<T> const& f, tensor<T> const& x)
{
    auto tape = create_tape();
    auto const y = f(x);
    tensor<T> const total = sum(y * numbers<T>(y.shape(), 0.3));
    return {y, grad(tape, total, x, {.unconnected = unconnected::zero})};
}

template <class T>
double difference(tensor<T> const& a, tensor<T> const& b)
{
    BOOST_TEST_REQUIRE(same_shape(a.shape(), b.shape()));
    return a.size() == 0 ? 0. : static_cast<double>(norm_linf(a - b).item());
}

/// The same elements in another order of memory, and with gaps between them.
template <class T>
tensor<T> strided(tensor<T> const& x)
{
    tensor<T> const wide = repeat(transpose(x), 2, 0);
    return transpose(view(wide, range(0, static_cast<std::ptrdiff_t>(wide.shape(0)), 2)));
}

inline void check_float(function<double> const& f, function<float> const& in_float, auto const& x)
{
    auto const expected = run(f, x);
    auto const found = run(in_float, tensor<float>(cast<float>(x)));
    auto const scale = 1 + norm_linf(expected.value).item();
    auto const steepest = 1 + norm_linf(expected.gradient).item();
    BOOST_TEST(difference(tensor<double>(found.value), expected.value) < 1e-4 * scale);
    BOOST_TEST(difference(tensor<double>(found.gradient), expected.gradient) < 1e-3 * steepest);
}

inline void check_strided(function<double> const& f, tensor<double> const& x)
{
    auto const expected = run(f, x);
    auto const other = strided(x);
    BOOST_TEST(difference(other, x) == 0.);
    auto const found = run(f, other);
    auto const scale = 1 + norm_linf(expected.value).item() + norm_linf(expected.gradient).item();
    BOOST_TEST(difference(found.value, expected.value) < 1e-12 * scale);
    BOOST_TEST(difference(found.gradient, expected.gradient) < 1e-12 * scale);
}

/// <J v, w> = <v, Jᵀ w>, and J v is what differences say.
inline void check_adjoint_identity(function<double> const& f, tensor<double> const& x)
{
    auto const v = numbers<double>(x.shape(), 1.1);
    auto const moved = jvp(f, x, v);
    auto const w = numbers<double>(moved.value.shape(), 0.3);
    auto const forwards = sum(moved.tangent * w).item();
    auto const backwards = sum(v * run(f, x).gradient).item();
    auto const scale = 1 + sum(abs(moved.tangent * w)).item();
    BOOST_TEST(std::abs(forwards - backwards) < 1e-11 * scale);
    constexpr auto step = 1e-6;
    auto const expected = (f(x + step * v) - f(x - step * v)) / (2 * step);
    BOOST_TEST(difference(moved.tangent, tensor<double>(expected)) < 1e-7 * scale);
}

/// The Hessian of a scalar of f, times a vector, against differences of gradients.
inline void check_second(function<double> const& f, tensor<double> const& x)
{
    function<double> const scalar = [&](tensor<double> const& at) {
        auto const y = f(at);
        return tensor<double>(sum(sin(y) * numbers<double>(y.shape(), 0.3)));
    };
    auto const v = numbers<double>(x.shape(), 1.1);
    auto const found = hvp(scalar, x, v);
    constexpr auto step = 1e-5;
    auto const gradient_at = [&](double t) {
        tensor<double> const moved = x + t * v;
        auto tape = create_tape();
        auto const y = scalar(moved);
        return grad(tape, y, moved, {.unconnected = unconnected::zero});
    };
    tensor<double> const expected = (gradient_at(step) - gradient_at(-step)) / (2 * step);
    BOOST_TEST(difference(found, expected) < 1e-7 * (1 + norm_linf(expected).item()));
}

/// The statements of a tape that has seen f.
inline void check_statements(auto const& f, auto const& x, expectation const& expected)
{
    auto tape = create_tape();
    auto const y = f(x);
    BOOST_TEST(tape.size() == expected.before + 1, "statements:\n" << tape.summary());
    auto const text = tape.summary();
    auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    BOOST_TEST(lines == tape.size() + 1, text); // and a heading
}

/// Whether f takes such an operand, and has a gradient by it; else it says so, and the tape is as
/// before.
inline answer
answer_to(function<double> const& f, tensor<double> const& x, expectation const& expected)
{
    auto tape = create_tape();
    try {
        auto const y = f(x);
        auto const g = grad(tape, sum(y), x, {.unconnected = unconnected::zero});
        BOOST_TEST(same_shape(g.shape(), x.shape()));
        check_layout(y);
        check_layout(g);
        return answer::works;
    } catch (shape_error const&) {
    } catch (value_error const&) {
    }
    BOOST_TEST(tape.size() <= expected.before, "left on the tape:\n" << tape.summary());
    tensor<double> const y = square(x);
    BOOST_TEST(difference(grad(tape, sum(y), x), tensor<double>(2 * x)) == 0.);
    return answer::refuses;
}

/// The same bits from a replay, also where the elements lie in the opposite order.
inline void
check_replay(std::string const& name, function<double> const& f, tensor<double> const& x)
{
    auto const opposite = reshape(flip(ravel(x), 0), x.shape());
    replayed::check(name, f, {x, tensor<double>(1.1 * x), opposite});
}

inline void check_everything(
    std::string const& name,
    function<double> const& f,
    function<float> const& in_float,
    tensor<double> const& x,
    expectation const& expected)
{
    BOOST_TEST_CONTEXT(name)
    {
        try {
            check_statements(f, x, expected);
            check_statements(in_float, tensor<float>(cast<float>(x)), expected);
            check_float(f, in_float, x);
            check_strided(f, x);
            check_adjoint_identity(f, x);
            check_second(f, x);
            if (expected.replays) {
                check_replay(name, f, x);
            }
            // Axis by axis without elements; none of them takes another's way out.
            bool all_work = true;
            for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
                auto shape = x.shape();
                shape[axis] = 0;
                all_work = all_work && answer_to(f, zeros(shape), expected) == answer::works;
            }
            BOOST_TEST(all_work == (expected.empty == answer::works), "without elements");
            auto const of_scalar = answer_to(f, constant(0.7), expected) == answer::works;
            BOOST_TEST(of_scalar == (expected.scalar == answer::works), "of rank 0");
        } catch (std::exception const& e) {
            BOOST_ERROR(e.what());
        }
    }
}

/// `f` is written for a tensor of any type.
template <class F>
void check(std::string const& name, F const& f, tensor<double> const& x, expectation const& e = {})
{
    check_everything(
        name,
        [&](tensor<double> const& at) { return as_tensor(f(at)); },
        [&](tensor<float> const& at) { return as_tensor(f(at)); },
        x,
        e);
}

constexpr expectation no_scalar{.scalar = answer::refuses};
constexpr expectation no_empty{.empty = answer::refuses};
constexpr expectation neither{.empty = answer::refuses, .scalar = answer::refuses};

/// Of an operator whose operands take so many statements.
constexpr expectation after(std::size_t statements, expectation e = {})
{
    e.before = statements;
    return e;
}

/// Other forms of an operator are one statement, too.
template <class F>
void check_form(std::string const& name, F const& f, tensor<double> const& x)
{
    BOOST_TEST_CONTEXT(name)
    {
        check_statements(f, x, {});
        check_adjoint_identity([&](tensor<double> const& at) { return as_tensor(f(at)); }, x);
    }
}
} // namespace every_operator
