#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/replayed.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

using namespace xgrad;

namespace {

void expect_same_bits(tensor<double> const& a, tensor<double> const& b)
{
    BOOST_TEST(to_string(a.shape()) == to_string(b.shape()));
    std::vector<double> const x(a.begin(), a.end());
    std::vector<double> const y(b.begin(), b.end());
    BOOST_TEST((x.size() == y.size() && std::memcmp(x.data(), y.data(), 8 * x.size()) == 0));
}

std::size_t calls_of_counted_square = 0;

struct counted_square : rules::floating_rule
{
    static constexpr std::string_view name = "counted_square";

    template <class V>
    static V value(V const& x)
    {
        ++calls_of_counted_square;
        return x * x;
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(2) * x;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(elements_read_from_the_end_are_read)
{
    auto const f = [](auto const& x) {
        return *(x.end() - 1) > 0 ? as_tensor(sum(x)) : as_tensor(sum(x * x));
    };
    auto fast = replay(f);
    fast(constant({1., 2.}));
    BOOST_TEST(fast(constant({-3., -2.})).item() == 13.);
    BOOST_TEST(!fast.obstacle().empty());
}

BOOST_AUTO_TEST_CASE(a_function_that_takes_gradients_of_sums_itself_keeps_their_bits)
{
    auto const f = [](auto const& p, auto const& q) { return as_tensor(sum(p * q * q)); };
    auto const g = [&](auto const& p, auto const& q) {
        auto const [value, gradients] = value_and_grad(f, p, q);
        return as_tensor(sum(std::get<1>(gradients) * value));
    };
    auto const h = [&](auto const& p, auto const& q) {
        auto const [value, gradients] =
            value_and_grad([](auto const& a) { return as_tensor(logsumexp(a) * 1.7); }, p * q);
        return as_tensor(sum(std::get<0>(gradients) * value));
    };
    for (std::size_t const n : {7u, 40u, 3000u}) {
        auto const x = random::uniform({n}, -1, 1);
        auto const y = random::uniform({n}, -1, 1);
        auto const expect_same_gradients = [&](auto const& function) {
            auto fast = replay(function);
            fast(x, y);
            auto const expected = value_and_grad(function, x, y);
            auto const found = fast.value_and_grad(x, y);
            BOOST_TEST(replayed::same_bits(found.value, expected.value));
            auto const& [by_x, by_y] = expected.gradients;
            BOOST_TEST(replayed::same_bits(std::get<0>(found.gradients), by_x));
            BOOST_TEST(replayed::same_bits(std::get<1>(found.gradients), by_y));
        };
        expect_same_gradients(g);
        expect_same_gradients(h);
    }
}

BOOST_AUTO_TEST_CASE(a_first_call_under_a_tape_has_the_gradients_of_the_function)
{
    auto const expect_same_gradients = [](auto const& f) {
        for (std::size_t const n : {1u, 7u, 40u, 3000u}) {
            tensor const x = random::uniform({n}, -2, 2);
            tensor const y = random::uniform({n}, 0.3, 3);
            auto const gradients_of = [&](auto& function) {
                auto tape = create_tape();
                tensor const z = function(x, y) * 1.7;
                return grad(tape, z, wrt(x, y));
            };
            auto fast = replay(f);
            auto const expected = gradients_of(f);
            for (int call = 0; call < 3; ++call) {
                auto const found = gradients_of(fast);
                expect_same_bits(std::get<0>(found), std::get<0>(expected));
                expect_same_bits(std::get<1>(found), std::get<1>(expected));
            }
        }
    };
    expect_same_gradients([](auto const& p, auto const& q) {
        return as_tensor(sum(exp(-p * p) * sin(q) + log(1. + p * p)));
    });
    expect_same_gradients(
        [](auto const& p, auto const& q) { return as_tensor(mean(p * sin(q) + p / q)); });
    expect_same_gradients([](auto const& p, auto const& q) {
        tensor const r = p * q;
        return as_tensor(logsumexp(r) + sum(tanh(p) * q, {0}));
    });
    auto inner = replay([](auto const& p, auto const& q) { return as_tensor(sum(p / q * p)); });
    expect_same_gradients([&](auto const& p, auto const& q) { return inner(p, q); });
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_replayed_function_makes_records_of_its_own)
{
    auto const square = [](auto const& a) { return as_tensor(sum(a * a)); };
    auto fast = replay(square);
    tensor const x = constant({1., 2.});
    fast(x);
    auto copy = fast;
    BOOST_TEST(copy(x).item() == 5.);
    copy = fast;
    BOOST_TEST(copy.gradient(x)(1) == 4.);
    std::function<tensor<double>(tensor<double> const&)> const erased = fast;
    BOOST_TEST(erased(x).item() == 5.);
    BOOST_TEST(replay(fast)(x).item() == 5.);
    auto const by_checkpoint = [&](auto const& a) { return checkpoint(fast, a); };
    BOOST_TEST(gradient(by_checkpoint, x)(1) == 4.);
}

BOOST_AUTO_TEST_CASE(a_function_whose_result_is_a_constant_replays_as_that)
{
    tensor const c = constant({1., 2., 3.});
    tensor const x = constant({4., 5., 6.});
    auto constant_beside = replay([c](auto const& v) {
        tensor const unused = v * c;
        return c;
    });
    auto argument = replay([](auto const& v) { return v; });
    auto sum_of_constant = replay([c](auto const& v) {
        tensor const unused = v * c;
        return as_tensor(sum(c));
    });
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(all(constant_beside(x) == c).item());
        BOOST_TEST(all(argument(x) == x).item());
        auto const found = sum_of_constant.value_and_grad(x);
        BOOST_TEST(found.value.item() == 6.);
        BOOST_TEST(all(std::get<0>(found.gradients) == 0.).item());
    }
}

BOOST_AUTO_TEST_CASE(a_replayed_function_is_called_once_for_each_shape)
{
    int calls = 0;
    auto f = replay([&](auto const& x) {
        ++calls;
        tensor const y = exp(x) * x;
        return sum(y * y);
    });
    for (int k = 1; k <= 3; ++k) {
        tensor const x = constant({0.1 * k, 0.2 * k});
        expect_same_bits(f(x), sum(tensor(square(exp(x) * x))));
    }
    BOOST_TEST(calls == 1);
    f(constant({1., 2., 3.}));
    BOOST_TEST(calls == 2);
    f(constant({1., 2.}));
    BOOST_TEST(calls == 2);
    BOOST_TEST(f.obstacle().empty());
}

BOOST_AUTO_TEST_CASE(values_and_gradients_are_bitwise_those_of_the_function)
{
    auto const f = [](auto const& x, auto const& w) {
        tensor const h = tanh(matmul(x, w));
        tensor const part = view(h, all(), range(0, 2));
        tensor const turned = transpose(part) + amax(h);
        return mean(square(turned)) + logsumexp(reshape(h, {-1})) + sum(mean(h, 0));
    };
    auto fast = replay(f);
    random::seed(3);
    for (int k = 0; k < 3; ++k) {
        tensor const x = random::normal<double>({5, 4}, 0., 1.);
        tensor const w = random::normal<double>({4, 3}, 0., 1.);
        expect_same_bits(fast(x, w), f(x, w));
        auto const a = fast.value_and_grad(x, w);
        auto const b = value_and_grad(f, x, w);
        expect_same_bits(a.value, b.value);
        expect_same_bits(std::get<0>(a.gradients), std::get<0>(b.gradients));
        expect_same_bits(std::get<1>(a.gradients), std::get<1>(b.gradients));
    }
    BOOST_TEST(fast.obstacle() == "");
}

BOOST_AUTO_TEST_CASE(tapes_record_a_replay_like_any_function)
{
    auto f = replay([](auto const& x) { return sum(x * x * x); });
    tensor const x = constant({1., 2.});
    f(x);
    auto outer = create_tape();
    auto inner = create_tape();
    tensor const y = f(x);
    auto const g = grad(inner, y, x);
    BOOST_TEST(g(1) == 12.);
    BOOST_TEST(grad(outer, g, x)(1) == 12.);
    BOOST_TEST(f.gradient(x)(0) == 3.);
}

BOOST_AUTO_TEST_CASE(what_depends_on_values_is_called_every_time)
{
    auto branches = replay([](auto const& x) {
        tensor y = x;
        while (y.item() < 100.) {
            y = y * y;
        }
        return y;
    });
    BOOST_TEST(branches(tensor(2.)).item() == 256.);
    BOOST_TEST(branches(tensor(3.)).item() == 6561.);
    BOOST_TEST(branches.obstacle().find("branch") != std::string::npos);

    auto masks = replay([](auto const& x) {
        tensor const positive = x > 0.;
        return where(positive, x, 0. * x);
    });
    BOOST_TEST(masks(tensor(2.)).item() == 2.);
    BOOST_TEST(masks(tensor(-2.)).item() == 0.);

    // What is found in the values is a constant of neither call.
    auto const check = [](auto const& find) {
        auto const f = [find](tensor<double> const& x) {
            return tensor<double>(sum(x) * cast<double>(find(x)));
        };
        auto again = replay(f);
        auto const a = constant({1., -1., 2.});
        auto const b = constant({3., -1., -4.});
        again(a);
        BOOST_TEST(again(b).item() == f(b).item());
        BOOST_TEST(!again.obstacle().empty());
    };
    check([](auto const& x) { return argmax(x); });
    check([](auto const& x) { return argmin(x); });
    check([](auto const& x) { return view(argsort(x), 0); });
    check([](auto const& x) { return count_nonzero(x > 0.); });
    check([](auto const& x) { return any(x > 1.5); });
    check([](auto const& x) { return all(x > -2.); });
    check([](auto const& x) { return sum(x > 0.); });

    auto draws = replay([](auto const& x) { return x * random::uniform<double>({1}, 0., 1.); });
    auto const first = draws(constant({1.}))(0);
    BOOST_TEST(draws(constant({1.}))(0) != first);
    BOOST_TEST(draws.obstacle() == "it draws random numbers");

    auto detached = replay([](auto const& x) { return x * stop_gradient(x); });
    BOOST_TEST(detached(tensor(2.)).item() == 4.);
    BOOST_TEST(detached(tensor(3.)).item() == 9.);

    auto quiet = replay([](auto const& x) {
        auto const scale = with_no_grad([&] { return tensor(x * x); });
        return x * scale;
    });
    BOOST_TEST(quiet(tensor(2.)).item() == 8.);
    BOOST_TEST(quiet(tensor(3.)).item() == 27.);
}

BOOST_AUTO_TEST_CASE(a_replay_within_a_replay_hands_its_obstacle_on)
{
    auto inner =
        replay([](auto const& x) { return x.item() > 0 ? tensor(x * x) : tensor(x * 1.); });
    auto outer = replay([&](auto const& x) { return inner(tensor(x + 0.)) * 2.; });
    BOOST_TEST(outer(tensor(3.)).item() == 18.);
    BOOST_TEST(outer(tensor(-3.)).item() == -6.);
    BOOST_TEST(outer.obstacle().find("branch") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(captured_tensors_keep_the_value_of_the_recording)
{
    tensor c = constant(2.);
    auto f = replay([&](auto const& x) { return c * x; });
    BOOST_TEST(f(tensor(3.)).item() == 6.);
    c = tensor(5.);
    BOOST_TEST(f(tensor(3.)).item() == 6.);
    // Also where the captured tensor was the argument.
    tensor const x = constant(3.);
    auto g = replay([&](auto const& y) { return x * y; });
    BOOST_TEST(g(x).item() == 9.);
    BOOST_TEST(g(tensor(4.)).item() == 12.);
}

BOOST_AUTO_TEST_CASE(what_depends_on_no_argument_is_computed_once)
{
    auto const before = num_threads();
    set_num_threads(1);
    for (std::size_t const n : {4u, 200u}) {
        tensor const data = random::uniform({n, n}, -1, 1);
        tensor const x = random::uniform({n}, -1, 1);
        auto const squares = [=] { return as_tensor(call<counted_square>(data)); };
        auto const summed = [=](auto const& v) { return as_tensor(sum(squares() * v)); };
        auto const closed = [=](auto const& v) {
            tensor const y = squares() * v;
            return as_tensor(mean(y * tanh(y) + matmul(data, v)));
        };
        auto const stepwise = [=](auto const& v) {
            return as_tensor(sum(softplus(matmul(squares(), v))) * sqrt(sum(square(v))));
        };
        for (auto const& f :
             {std::function<tensor<double>(tensor<double> const&)>(summed), {closed}, {stepwise}}) {
            auto fast = replay(f);
            auto const expected = value_and_grad(f, x);
            auto const value = f(x);
            fast(x);
            BOOST_TEST(fast.obstacle() == "");
            auto const calls = calls_of_counted_square;
            expect_same_bits(fast(x), value);
            for (int k = 0; k < 2; ++k) {
                auto const found = fast.value_and_grad(x);
                expect_same_bits(found.value, expected.value);
                expect_same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients));
            }
            BOOST_TEST(calls_of_counted_square == calls);
        }
    }
    set_num_threads(before);
}

BOOST_AUTO_TEST_CASE(tapes_see_what_depends_on_no_argument_of_a_replay)
{
    tensor const data = random::uniform({30, 40}, -1, 1);
    tensor const x = random::uniform({40}, -1, 1);
    auto const f = [=](auto const& v) {
        tensor const y = exp(data);
        tensor const z = y * v;
        return as_tensor(sum(z * z));
    };
    auto fast = replay(f);
    fast(x);
    auto const derivative = [&](auto& g) {
        auto tape = create_tape();
        auto const value = g(x);
        return grad(tape, value, data);
    };
    expect_same_bits(derivative(fast), derivative(f));
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_is_not_recorded)
{
    bool fails = true;
    auto f = replay([&](auto const& x) {
        if (fails) {
            throw value_error("not now");
        }
        return x * x;
    });
    BOOST_CHECK_THROW(f(tensor(2.)), value_error);
    BOOST_TEST(active_tape() == nullptr);
    fails = false;
    BOOST_TEST(f(tensor(2.)).item() == 4.);
}

BOOST_AUTO_TEST_CASE(reductions_with_kept_axes_replay)
{
    auto const f = [](auto const& x) {
        return x - mean(x, 0, {.keep_dims = true}) + amin(x, 1, {.keep_dims = true});
    };
    auto fast = replay(f);
    tensor const x = constant({{1., 2.}, {5., 3.}});
    fast(x);
    expect_same_bits(fast(x + 1.), f(tensor(x + 1.)));
}

BOOST_AUTO_TEST_CASE(neighbouring_statements_run_tile_by_tile_and_no_bit_differs)
{
    auto const f = [](auto const& x, auto const& y, auto const& c) {
        tensor const a = sin(x) * c;
        tensor const b = a * y + x;
        tensor const d = exp(-b * b) + a;
        tensor const e = d * b - c;
        return tensor<double>(e / (1. + d * d));
    };
    auto again = replay(f);
    for (std::size_t const n : {0, 1, 2, 3, 4, 5, 1023, 1024, 1025, 5000, 200001}) {
        for (int k = 0; k < 2; ++k) {
            auto const x = random::uniform({n}, -2, 2);
            auto const y = random::uniform({n}, -2, 2);
            auto const c = random::uniform({}, 1, 2);
            tensor const expected = f(x, y, c);
            tensor const actual = again(x, y, c);
            BOOST_TEST(std::equal(actual.begin(), actual.end(), expected.begin()), n);
            auto const gradients = [&](auto& g) {
                auto tape = create_tape();
                tensor const z = g(x, y, c);
                return grad(tape, z, wrt(x, y, c));
            };
            auto const [gx, gy, gc] = gradients(f);
            auto const [rx, ry, rc] = gradients(again);
            BOOST_TEST(std::equal(gx.begin(), gx.end(), rx.begin()), n);
            BOOST_TEST(std::equal(gy.begin(), gy.end(), ry.begin()), n);
            BOOST_TEST(gc.item() == rc.item());
        }
    }
    BOOST_TEST(again.obstacle().empty());
    // operands that do not lie as they did when it was recorded
    auto const wide = random::uniform({5000, 2}, -2, 2);
    tensor const strided = view(wide, all(), 1);
    auto const y = random::uniform({5000}, -2, 2);
    tensor const expected = f(strided, y, constant(1.5));
    tensor const actual = again(strided, y, constant(1.5));
    BOOST_TEST(std::equal(actual.begin(), actual.end(), expected.begin()));
}

BOOST_AUTO_TEST_CASE(gradients_of_one_replay_after_the_other_are_those_of_the_function)
{
    auto const f = [](auto const& x, auto const& w) {
        tensor const y = matmul(x, w);
        tensor const z = y - mean(y, 0);
        return as_tensor(logsumexp(z) + sum(z * z) + sum(cumsum(w, 0)));
    };
    auto fast = replay(f);
    auto const compare = [&](tensor<double> const& x, tensor<double> const& w) {
        auto const expected = value_and_grad(f, x, w);
        auto const found = fast.value_and_grad(x, w);
        expect_same_bits(found.value, expected.value);
        expect_same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients));
        expect_same_bits(std::get<1>(found.gradients), std::get<1>(expected.gradients));
        return found;
    };
    tensor const x = random::uniform({3, 3}, -1, 1);
    tensor const w = random::uniform({3, 3}, -1, 1);
    auto const first = compare(x, w);
    // What replays gave, as arguments and in turn; infinities go another way; then as before.
    auto const second = compare(std::get<0>(first.gradients), std::get<1>(first.gradients));
    compare(std::get<1>(second.gradients), std::get<0>(first.gradients));
    compare(w, tensor(w + 1.));
    compare(tensor(1e308 * x), w);
    compare(transpose(x), w);
    compare(w, w);
    compare(x, w);
    expect_same_bits(first.value, f(x, w));
    BOOST_TEST(fast.obstacle().empty());
}

BOOST_AUTO_TEST_CASE(a_value_of_one_replay_is_an_argument_of_the_next)
{
    auto const f = [](auto const& x, auto const& s) { return as_tensor(s * norm_sq(diff(x))); };
    auto fast = replay(f);
    tensor x = random::uniform({5}, -1, 1);
    tensor<double> s = 0.7;
    for (int k = 0; k < 5; ++k) {
        auto const expected = value_and_grad(f, x, s);
        auto const found = fast.value_and_grad(x, s);
        expect_same_bits(found.value, expected.value);
        expect_same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients));
        expect_same_bits(std::get<1>(found.gradients), std::get<1>(expected.gradients));
        s = found.value;
        x = std::get<0>(found.gradients);
    }
}

BOOST_AUTO_TEST_CASE(a_replay_that_threw_runs_again)
{
    auto const g = [](auto const& x) {
        tensor const y = matmul(x, x);
        return as_tensor(sum(y) + sum(quantile(y, 0.5)));
    };
    auto fast = replay(g);
    tensor const x = random::uniform({4, 4}, -1, 1);
    fast.value_and_grad(x);
    fast.value_and_grad(x);
    check_numerics(true);
    BOOST_CHECK_THROW(fast.value_and_grad(tensor(1e300 * x)), numerics_error);
    check_numerics(false);
    auto const found = fast.value_and_grad(x);
    auto const expected = value_and_grad(g, x);
    expect_same_bits(found.value, expected.value);
    expect_same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients));
}

BOOST_AUTO_TEST_CASE(between_its_runs_a_replay_holds_no_values)
{
    auto const held = std::make_shared<int>(0);
    auto fast = replay([&](auto const& x) {
        auto const half = custom_gradient(
            [](auto const& v) { return tensor<double>(v * 0.5); },
            [held](auto const& g, auto const&) { return tensor<double>(g * 0.5 + 0. * *held); });
        return as_tensor(sum(exp(half(x))));
    });
    tensor x = random::uniform({3000}, -1, 1);
    fast(x);
    auto const owners = held.use_count(); // the record's
    for (int k = 0; k < 3; ++k) {
        fast.value_and_grad(x);
        BOOST_TEST(held.use_count() == owners);
    }
    BOOST_TEST(x.handle()->references.owners() <= 2u); // ours, and the record's of its first run
}

BOOST_AUTO_TEST_CASE(a_replay_draws_the_random_numbers_that_the_function_would)
{
    auto const draws = [](auto const& v) { return tensor(sum(v * random::uniform(v.shape()))); };
    auto const hides = [=](auto const& v) { return checkpoint(draws, v); };
    auto const check = [](auto const& f) {
        tensor const x = arange(10.);
        auto again = replay(f);
        random::seed(4);
        std::vector<double> expected;
        for (int i = 0; i < 3; ++i) {
            auto const [value, gradients] = value_and_grad(f, x);
            expected.insert(expected.end(), {value.item(), std::get<0>(gradients)(7)});
        }
        random::seed(4);
        std::vector<double> replayed;
        for (int i = 0; i < 3; ++i) {
            auto const [value, gradients] = again.value_and_grad(x);
            replayed.insert(replayed.end(), {value.item(), std::get<0>(gradients)(7)});
        }
        BOOST_TEST(replayed == expected, boost::test_tools::per_element());
    };
    check(draws);
    check(hides);
}

BOOST_AUTO_TEST_CASE(functions_that_own_tensors_do_not_run_again_with_old_ones)
{
    auto const expect_values = [](auto const& f) {
        auto fast = replay(f);
        for (double const scale : {1., 2., -0.5}) {
            tensor const x = scale * constant({0.3, -0.7, 1.1});
            expect_same_bits(fast(x), f(x));
            expect_same_bits(fast.gradient(x), gradient(f, x));
        }
    };
    expect_values([](tensor<double> const& a) {
        tensor const w = exp(a);
        auto const product = custom_gradient(
            [w](tensor<double> const& b) { return b * w; },
            [w](tensor<double> const& g, tensor<double> const&) { return g * w; });
        return as_tensor(sum(product(a)));
    });
    expect_values([](tensor<double> const& a) {
        tensor const w = exp(a);
        return as_tensor(
            sum(square(gradient_hook(a, [w](tensor<double> const& g) { return g * w; }))));
    });
    auto fast = replay([](tensor<double> const& a) {
        return as_tensor(sum(square(gradient_hook(a, [](auto const& g) { return g * 2.; }))));
    });
    BOOST_TEST(fast.gradient(constant({3.}))(0) == 12.);
    BOOST_TEST(fast.obstacle().empty());
}

namespace {
tensor<double> free_function(tensor<double> const& a)
{
    return a * a;
}
} // namespace

BOOST_AUTO_TEST_CASE(a_free_function_is_replayed)
{
    auto fast = replay(free_function);
    BOOST_TEST(fast(constant({3.}))(0) == 9.);
    BOOST_TEST(fast(constant({4.}))(0) == 16.);
}
