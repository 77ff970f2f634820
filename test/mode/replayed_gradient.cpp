#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

// Functions that take gradients themselves, as steps of training and of Newton's method do.

using namespace xgrad;

namespace {

/// f, called for these arguments and replayed for them (recorded first for others), in every bit.
template <class R, class... T>
std::string function_replays_with_its_bits(replayed::function_of<R, T...> const& f, T const&... x)
{
    int calls = 0;
    auto fast = replay([&](T const&... a) {
        ++calls;
        return f(a...);
    });
    for (int call = 0; call < 2; ++call) {
        fast(T(x * 0.75 + 0.01)...);
        BOOST_TEST(replayed::same_bits(fast(x...), f(x...)));
    }
    BOOST_TEST((calls == 1) == fast.obstacle().empty());
    auto first = replay(f);
    BOOST_TEST(replayed::same_bits(first(x...), f(x...)));
    return first.obstacle();
}

/// The same of any function: replays are compiled once for all of one signature.
template <class F, class... T>
std::string replays_with_its_bits(F const& f, tensor<T> const&... x)
{
    using result = decltype(as_tensor(f(x...)));
    return function_replays_with_its_bits(replayed::function_of<result, tensor<T>...>(f), x...);
}

template <class F>
void for_some_sizes(F const& f)
{
    for (std::size_t const n : {0u, 1u, 7u, 8u, 9u, 40u, 64u, 65u, 1000u, 5000u, 70000u}) {
        BOOST_TEST_CONTEXT("n = " << n)
        {
            f(n);
        }
    }
}

auto const loss = [](auto const& x, auto const& y) {
    return as_tensor(sum(exp(-x * x) * sin(y) + log(1. + x * x)));
};

} // namespace

BOOST_AUTO_TEST_CASE(a_step_of_training_is_replayed_with_its_last_bits)
{
    auto const step = [](auto const& x, auto const& y) {
        auto const [value, gradients] = value_and_grad(loss, x, y);
        return as_tensor(x - 0.1 * std::get<0>(gradients) + value * std::get<1>(gradients));
    };
    for_some_sizes([&](std::size_t n) {
        tensor const x = random::uniform({n}, -2, 2);
        tensor const y = random::uniform({n}, -3, 3);
        BOOST_TEST(replays_with_its_bits(step, x, y) == "");
        tensor const x_float = cast<float>(x);
        tensor const y_float = cast<float>(y);
        auto fast = replay(step);
        fast(x_float, x_float + 1.f);
        BOOST_TEST(replayed::same_bits(fast(x_float, y_float), step(x_float, y_float)));
    });
}

BOOST_AUTO_TEST_CASE(the_function_is_not_called_again)
{
    int calls = 0;
    auto fast = replay([&](auto const& x) {
        ++calls;
        auto tape = create_tape();
        tensor const y = sum(x * x * x);
        return as_tensor(x - 0.5 * grad(tape, y, x) / y);
    });
    tensor x = constant({1., 2.});
    fast(x);
    for (int k = 0; k < 5; ++k) {
        x = fast(x);
    }
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_replayed_step_allocates_nothing_once_it_has_run)
{
    auto fast = replay([](auto const& x, auto const& y) {
        auto const [value, gradients] = value_and_grad(loss, x, y);
        tensor const moved = x - 0.1 * std::get<0>(gradients);
        return as_tensor(moved + value * std::get<1>(gradients));
    });
    for (std::size_t const n : {8u, 300u, 5000u}) {
        tensor x = random::uniform({n}, -1, 1);
        tensor const y = random::uniform({n}, -1, 1);
        for (int k = 0; k < 3; ++k) {
            x = fast(x, y);
        }
        auto const before = count_of_allocations();
        x = fast(x, y);
        BOOST_TEST(count_of_allocations() - before == 0u);
    }
}

BOOST_AUTO_TEST_CASE(gradients_by_tapes_are_replayed_in_all_their_forms)
{
    auto const by_two = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const z = loss(x, y);
        auto const [by_x, by_y] = grad(tape, z, wrt(x, y));
        return as_tensor(by_x * z + by_y);
    };
    auto const of_an_array = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const z = tanh(x * y) / (1. + y * y);
        return as_tensor(grad(tape, z, y));
    };
    auto const seeded = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const seed = cos(x);
        tensor const z = tanh(x * y) / (1. + y * y);
        return as_tensor(grad(tape, z, x, seed) + seed);
    };
    auto const twice_by_one_tape = [](auto const& x, auto const& y) {
        auto tape = create_tape({.persistent = true});
        tensor const z = loss(x, y) * 1.7;
        tensor const by_x = grad(tape, z, x);
        tensor const w = z * mean(y * y);
        return as_tensor(by_x * grad(tape, z, y) + grad(tape, w, y) + w);
    };
    auto const a_source_twice = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const z = loss(x, y);
        auto const [a, b, c] = grad(tape, z, wrt(x, x, y));
        return as_tensor(a * b - c);
    };
    auto const unconnected_source = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const z = sum(x * x * sin(x));
        auto const [a, b] = grad(tape, z, wrt(x, y), {.unconnected = unconnected::zero});
        return as_tensor(a + b * y);
    };
    auto const watching = [](auto const& x, auto const& y) {
        auto tape = create_tape({.watch_only = true});
        tape.watch(x);
        tensor const s = sin(y) * y;
        tensor const z = mean(s * x * x + s / (2. + x));
        return as_tensor(grad(tape, z, x) + z);
    };
    auto const partly_recorded = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const c = tape.stop_recording([&] { return as_tensor(sum(x * x * y)); });
        tensor const z = c * sum(x * y / (1. + x * x));
        return as_tensor(grad(tape, z, x) * c);
    };
    for_some_sizes([&](std::size_t n) {
        tensor const x = random::uniform({n}, -2, 2);
        tensor const y = random::uniform({n}, -3, 3);
        BOOST_TEST(replays_with_its_bits(by_two, x, y) == "");
        BOOST_TEST(replays_with_its_bits(of_an_array, x, y) == "");
        BOOST_TEST(replays_with_its_bits(seeded, x, y) == "");
        BOOST_TEST(replays_with_its_bits(a_source_twice, x, y) == "");
        BOOST_TEST(replays_with_its_bits(unconnected_source, x, y) == "");
        if (n > 0) { // else the mean of nothing is an error
            BOOST_TEST(replays_with_its_bits(twice_by_one_tape, x, y) == "");
            BOOST_TEST(replays_with_its_bits(watching, x, y) == "");
        }
        BOOST_TEST(replays_with_its_bits(partly_recorded, x, y) == "");
    });
}

BOOST_AUTO_TEST_CASE(values_under_the_tape_are_replayed_with_their_last_bits)
{
    // A sum that one tape records has other last bits than one that none does.
    auto const f = [](auto const& x) {
        auto tape = create_tape();
        tensor const used_before = sum(exp(-x * x) * sin(x) + log(1. + x * x) * x);
        tensor const early = used_before * 3.;
        tensor const aside = logsumexp(x) + sum(x / (1. + x * x) * x);
        tensor const g = grad(tape, used_before, x);
        tensor const after = sum(exp(-g * g) * sin(x));
        return as_tensor(sum(g) + early + aside + after + used_before);
    };
    for_some_sizes([&](std::size_t n) {
        tensor const x = random::uniform({n}, -2, 2);
        if (n > 0) {
            BOOST_TEST(replays_with_its_bits(f, x) == "");
        }
    });
}

BOOST_AUTO_TEST_CASE(steps_in_a_loop_are_replayed)
{
    auto const descend = [](int steps) {
        return [steps](auto const& start) {
            tensor x = start;
            for (int k = 0; k < steps; ++k) {
                auto tape = create_tape();
                tensor const z = sum(100. * square(x * x - 1.) + square(1. - x));
                x = x - 1e-3 * grad(tape, z, x);
            }
            return x;
        };
    };
    for (std::size_t const n : {1u, 8u, 300u}) {
        tensor const x = random::uniform({n}, -1, 1);
        BOOST_TEST(replays_with_its_bits(descend(10), x) == "");
        BOOST_TEST(replays_with_its_bits(descend(100), x) != "");
    }
}

BOOST_AUTO_TEST_CASE(a_network_is_trained_by_replayed_steps)
{
    for (std::size_t const n : {3u, 40u, 700u}) {
        tensor const labels = random::uniform({n, 1}, -1, 1);
        auto const step =
            [labels](auto const& x, auto const& weights, auto const& bias, auto const& last) {
                auto const error = [&](auto const& w, auto const& b, auto const& v) {
                    tensor const hidden = tanh(matmul(x, w) + b);
                    tensor const difference = matmul(hidden, v) - labels;
                    return as_tensor(mean(difference * difference));
                };
                auto const [value, gradients] = value_and_grad(error, weights, bias, last);
                tensor const w = weights - 0.1 * std::get<0>(gradients);
                tensor const b = bias - 0.1 * std::get<1>(gradients);
                return as_tensor(
                    concatenate({flatten(w), b, flatten(last - 0.1 * std::get<2>(gradients))}) *
                    value);
            };
        tensor const x = random::uniform({n, 5}, -1, 1);
        tensor const w = random::uniform({5, 6}, -1, 1);
        tensor const b = random::uniform({6}, -1, 1);
        tensor const v = random::uniform({6, 1}, -1, 1);
        BOOST_TEST(replays_with_its_bits(step, x, w, b, v) == "");
    }
}

BOOST_AUTO_TEST_CASE(gradients_of_operations_on_arrays_are_replayed)
{
    auto const expect = [](auto const& f) {
        tensor const a = random::uniform({6, 5}, 0.2, 2);
        BOOST_TEST(replays_with_its_bits([&](auto const& x) { return gradient(f, x); }, a) == "");
        tensor const b = random::uniform({60, 70}, 0.2, 2);
        BOOST_TEST(replays_with_its_bits([&](auto const& x) { return gradient(f, x); }, b) == "");
    };
    expect([](auto const& x) { return as_tensor(sum(variance(x, {0}) / mean(x, {0}))); });
    expect(
        [](auto const& x) { return as_tensor(sum(cumsum(x * x, 1) * transpose(transpose(x)))); });
    expect([](auto const& x) { return as_tensor(sum(matmul(transpose(x), x) * 0.3)); });
    expect([](auto const& x) { return as_tensor(logsumexp(x) + sum(sort(x, 1) * x)); });
    expect([](auto const& x) { return as_tensor(sum(view(x, range(1, 4)) * view(x, 2) / 3.)); });
    expect([](auto const& x) { return as_tensor(amax(x) * mean(maximum(x, 1.) * x)); });
    // Other places, and among another number of them.
    auto const by_places = [](auto const& v) {
        return gradient([](auto const& u) { return as_tensor(amax(u) + sum(sort(u) * u)); }, v);
    };
    auto fast = replay(by_places);
    for (auto const& x : {constant({1., 3., 2.}), constant({3., 3., 1.}), constant({2., 1., 3.})}) {
        BOOST_TEST(replayed::same_bits(fast(x), by_places(x)));
    }
    BOOST_TEST(fast.obstacle() == "");
    expect([](auto const& x) {
        return checkpoint([](auto const& y) { return as_tensor(sum(y * exp(-y))); }, x);
    });
    expect([](auto const& x) {
        auto const doubled = custom_gradient(
            [](auto const& y) { return as_tensor(sum(y * 2.)); },
            [](auto const& g, auto const&, auto const& y) { return as_tensor(g * 2. + 0. * y); });
        return as_tensor(doubled(x) * sum(x));
    });
}

BOOST_AUTO_TEST_CASE(other_derivatives_within_a_function_are_those_of_the_function)
{
    auto const f = [](auto const& x) { return as_tensor(sum(exp(x) * x * x)); };
    auto const vector_of = [](auto const& x) { return as_tensor(exp(x) * sum(x * x)); };
    for (std::size_t const n : {1u, 3u, 9u, 40u}) {
        tensor const x = random::uniform({n}, -1, 1);
        replays_with_its_bits([&](auto const& a) { return hessian(f, a); }, x);
        replays_with_its_bits([&](auto const& a) { return jacobian(vector_of, a); }, x);
        replays_with_its_bits([&](auto const& a) { return hvp(f, a, a * 2.); }, x);
        replays_with_its_bits(
            [&](auto const& a) {
                auto const [value, tangent] = jvp(f, a, a * 0.5);
                return as_tensor(value * a + tangent);
            },
            x);
        replays_with_its_bits(
            [&](auto const& a) {
                auto const pulled = vjp(vector_of, a);
                return as_tensor(pulled.value + pulled.pullback(a * a));
            },
            x);
        // A gradient of a gradient: two tapes.
        replays_with_its_bits(
            [&](auto const& a) {
                auto outer = create_tape();
                auto inner = create_tape();
                tensor const g = grad(inner, f(a), a);
                return as_tensor(grad(outer, sum(g * g), a));
            },
            x);
    }
}

BOOST_AUTO_TEST_CASE(what_no_record_has_is_called)
{
    auto const by_an_intermediate = [](auto const& x) {
        auto tape = create_tape();
        tensor const y = sin(x);
        return as_tensor(grad(tape, sum(y * y * x), y));
    };
    auto const of_two_targets = [](auto const& x) {
        auto tape = create_tape();
        tensor const y = sin(x);
        return as_tensor(grad(tape, targets(sum(y * x), y), x));
    };
    auto const within_a_limit = [](auto const& x) {
        auto tape = create_tape({.memory_limit = 1u << 20});
        return as_tensor(grad(tape, sum(exp(x) * x), x));
    };
    auto const by_a_norm = [](auto const& x) {
        return gradient([](auto const& y) { return as_tensor(norm_l2(y) * sum(y * y)); }, x);
    };
    for (std::size_t const n : {1u, 9u, 2000u}) {
        tensor const x = random::uniform({n}, -1, 1);
        BOOST_TEST(replays_with_its_bits(by_an_intermediate, x) != "");
        BOOST_TEST(replays_with_its_bits(of_two_targets, x) != "");
        BOOST_TEST(replays_with_its_bits(within_a_limit, x) != "");
        replays_with_its_bits(by_a_norm, x);
        auto fast = replay(by_a_norm);
        fast(x);
        tensor const large = 1e200 * x; // another formula
        BOOST_TEST(replayed::same_bits(fast(large), by_a_norm(large)));
    }
}

BOOST_AUTO_TEST_CASE(tapes_that_follow_such_a_replay_differentiate_it)
{
    auto const step = [](auto const& x) {
        auto const g = gradient([](auto const& y) { return as_tensor(sum(exp(y) * y * y)); }, x);
        return as_tensor(sum(square(x - 0.1 * g)));
    };
    for (std::size_t const n : {1u, 9u, 2000u}) {
        tensor const x = random::uniform({n}, -1, 1);
        auto fast = replay(step);
        auto const expect_function = [&] {
            BOOST_TEST(replayed::same_bits(fast(x), step(x)));
            BOOST_TEST(replayed::same_bits(gradient(fast, x), gradient(step, x)));
            BOOST_TEST(replayed::same_bits(fast.gradient(x), gradient(step, x)));
        };
        expect_function();
        expect_function();
        auto second = replay(step);
        BOOST_TEST(replayed::same_bits(second.gradient(x), gradient(step, x)));
        BOOST_TEST(replayed::same_bits(second(x), step(x)));
        auto third = replay(step);
        BOOST_TEST(replayed::same_bits(hessian(third, x), hessian(step, x)));
    }
}

BOOST_AUTO_TEST_CASE(such_replays_nest)
{
    auto const step = [](auto const& x) {
        auto tape = create_tape();
        tensor const z = sum(exp(x) * x * x);
        return as_tensor(x - 0.1 * grad(tape, z, x));
    };
    tensor const x = random::uniform({50}, -1, 1);
    auto inner = replay(step);
    auto const two = [&](auto const& a) { return inner(inner(a)); };
    auto const expected = step(step(x));
    auto outer = replay(two);
    for (int call = 0; call < 3; ++call) {
        BOOST_TEST(replayed::same_bits(outer(x), expected));
    }
    auto other = replay([&](auto const& a) { return as_tensor(inner(a) * 2.); });
    for (int call = 0; call < 3; ++call) {
        BOOST_TEST(replayed::same_bits(other(x), as_tensor(step(x) * 2.)));
    }
    auto value = replay([](auto const& a) { return as_tensor(sum(exp(a) * a * a)); });
    auto by_replay = [&](auto const& a) { return as_tensor(a - 0.1 * value.gradient(a)); };
    BOOST_TEST(replayed::same_bits(by_replay(x), step(x)));
    BOOST_TEST(replays_with_its_bits(by_replay, x) == "");
}

BOOST_AUTO_TEST_CASE(one_tensor_for_two_arguments_is_one_source)
{
    auto const f = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        return as_tensor(grad(tape, sum(x * y * y), x));
    };
    tensor const x = constant({1., 2.});
    auto fast = replay(f);
    fast(x, constant({3., 4.}));
    BOOST_TEST(fast(x, x)(1) == 12.);
    tensor const captured = constant({3., 4.});
    auto const g = [captured](auto const& a) {
        auto tape = create_tape();
        return as_tensor(grad(tape, sum(a * captured * captured), a));
    };
    auto other = replay(g);
    BOOST_TEST(other(x)(1) == 16.);
    BOOST_TEST(other(captured)(1) == 48.);
}

BOOST_AUTO_TEST_CASE(an_error_in_such_a_replay_leaves_it_as_it_was)
{
    auto const f = [](auto const& x, auto const& y) {
        auto tape = create_tape();
        tensor const z = sum(x * y * y);
        auto const [a, b] = grad(tape, z, wrt(x, y));
        return as_tensor(a + b * z);
    };
    tensor const x = constant({1., 2.});
    tensor const y = constant({3., 4.});
    auto fast = replay(f);
    fast(y, x);
    tensor const infinite = constant({1e200, 2.});
    check_numerics(true);
    BOOST_CHECK_THROW(fast(x, infinite), numerics_error);
    check_numerics(false);
    BOOST_TEST(replayed::same_bits(fast(x, y), f(x, y)));
    BOOST_TEST(replayed::same_bits(fast(x, infinite), f(x, infinite)));
}
