#pragma once

#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/tensor/random.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

// Time for memory: what is not kept is computed again.

namespace xgrad {
namespace detail {
/// What f computes, unrecorded; and where some tape records, the tensors besides its arguments that
/// it reads, or returns as they are (which it has captured).
template <class F>
auto computed_and_read(
    F&& f, std::span<tensor_body* const> arguments, std::vector<body_pointer>& read)
{
    if (!is_recording()) {
        return within_operation(std::forward<F>(f));
    }
    unwatched const guard;
    tape_record noting({});
    for (auto const* argument : arguments) {
        noting.know(*argument);
    }
    noting.list_outer_reads(read);
    scoped_activation const hiding(&noting);
    auto value = computed(std::forward<F>(f));
    if (!noting.find(value.body())) {
        read.push_back(value.handle());
    }
    return value;
}

/// Where this thread's generator stood before a function drew random numbers; null where it drew
/// none. Whoever calls the function once more, while this lives, gets the same numbers.
using drawn_numbers = std::shared_ptr<std::mt19937_64 const>;

class same_numbers
{
public:
    explicit same_numbers(drawn_numbers const& drawn)
    {
        if (drawn != nullptr) {
            own_ = std::make_unique<std::mt19937_64>(
                std::exchange(random::detail::generator(), *drawn));
        }
    }

    same_numbers(same_numbers const&) = delete;
    same_numbers& operator=(same_numbers const&) = delete;

    ~same_numbers()
    {
        if (own_ != nullptr) {
            random::detail::generator() = *own_;
        }
    }

private:
    std::unique_ptr<std::mt19937_64 const> own_;
};

/// A function of tensors of T... as one statement whose way back calls it again. Behind the
/// arguments among its operands are the tensors that it has captured.
template <class F, class... T>
class checkpoint_operation : public array_operation
{
public:
    checkpoint_operation(F const& f, std::vector<body_pointer> captured, drawn_numbers drawn)
        : f_(f), captured_(std::move(captured)), drawn_(std::move(drawn))
    {}

    std::string_view name() const noexcept override { return "checkpoint"; }

    void reverse(statement_pullback& sweep) const override
    {
        std::vector<body_pointer> arguments;
        for (std::size_t i = 0; i < sizeof...(T); ++i) {
            arguments.push_back(sweep.operand(i));
        }
        auto const names = names_of(arguments); // recorded by other tapes, not by the next
        auto t = create_tape();
        auto const value = open(names);
        t.record().know(*value); // also where it depends on nothing
        std::vector<std::size_t> wanted;
        std::vector<tensor_body*> sources;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (sweep.wants(i)) {
                wanted.push_back(i);
                sources.push_back(names[i].get());
            }
        }
        std::vector<body_pointer> gradients_of_sources(wanted.size());
        sweep_target target{value.get(), sweep.incoming()};
        gradients(
            t,
            {&target, 1},
            sources,
            {.unconnected = unconnected::zero},
            gradients_of_sources,
            std::source_location());
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            sweep.add(wanted[k], std::move(gradients_of_sources[k]));
        }
    }

    bool opens() const noexcept override { return true; }

    /// The arguments get names of their own: one may be captured as well.
    std::vector<body_pointer> names_of(std::vector<body_pointer> const& operands) const override
    {
        std::vector<body_pointer> names;
        each_argument([&]<std::size_t... I>(std::index_sequence<I...>) {
            (names.push_back(renamed(tensor<T>(operands[I])).handle()), ...);
        });
        names.insert(names.end(), captured_.begin(), captured_.end());
        return names;
    }

    body_pointer open(std::vector<body_pointer> const& names) const override
    {
        same_numbers const as_before(drawn_);
        return each_argument([&]<std::size_t... I>(std::index_sequence<I...>) {
            return as_tensor(std::invoke(f_, tensor<T>(names[I])...)).handle();
        });
    }

    /// What is captured is not replaced by other values.
    bool runs_again() const noexcept override { return captured_.empty(); }

    body_pointer again(std::span<tensor_body* const> operands) const override;

private:
    template <class G>
    static auto each_argument(G const& g)
    {
        return g(std::index_sequence_for<T...>());
    }

    mutable F f_; // which may remember something, as a replayed function does
    std::vector<body_pointer> captured_; // as f names them, whatever a tape computes again
    drawn_numbers drawn_;
};
} // namespace detail

/// f(x...), of which the tape keeps only the arguments: the reverse sweep runs f again. f must
/// return the same value for the same arguments (and random numbers, which are drawn again as they
/// were). Gradients go through them, and through tensors that f has captured: by value, for f
/// outlives this call. (Where it has captured some, a function that calls this is not replayed.)
template <class F, tensor_element... T>
auto checkpoint(F f, tensor<T> const&... x)
{
    std::vector<body_pointer> captured;
    detail::drawn_numbers before;
    if (is_recording()) {
        before = std::make_shared<std::mt19937_64 const>(random::detail::generator());
    }
    auto const value = std::apply(
        [&](auto const&... argument) {
            return detail::computed_and_read(
                [&] { return as_tensor(std::invoke(f, argument...)); },
                std::array<tensor_body*, sizeof...(T)>{&argument.body()...},
                captured);
        },
        std::tuple<tensor<T>...>(detail::same_values(x)...));
    if (before != nullptr && *before == random::detail::generator()) {
        before = nullptr; // it has drawn none
    }
    using result = std::remove_cvref_t<decltype(value)>;
    std::vector<tensor_body*> operands{&x.body()...};
    for (auto const& body : captured) {
        operands.push_back(body.get());
    }
    return recorded_as<detail::checkpoint_operation<F, T...>>(
        "checkpoint",
        result(make_view(value.handle(), value.shape(), value.body().strides(), 0)),
        operands,
        {.operands = true},
        std::source_location(),
        f,
        captured,
        before);
}

namespace detail {
template <class F, class... T>
body_pointer checkpoint_operation<F, T...>::again(std::span<tensor_body* const> operands) const
{
    return runs_again_by<T...>([this](auto const&... x) { return checkpoint(f_, x...); })(operands);
}
} // namespace detail

template <class F, class... X>
    requires some_not_tensors<X...>
auto checkpoint(F f, X const&... x)
{
    return checkpoint(std::move(f), as_tensor(x, {})...);
}

/// `state = step(state)`, n times, of which the tape keeps about √n states; the reverse sweep runs
/// every step once more, √n of them at a time. `step` takes and returns a tensor of one shape. (A.
/// Griewank and A. Walther, Evaluating Derivatives, 2nd ed., 2008, section 12.2.)
template <class Step, differentiable_element T>
tensor<T> checkpointed_loop(Step step, std::size_t n, tensor<T> state)
{
    auto const segment = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(n))));
    for (std::size_t done = 0; done < n; done += segment) {
        auto const count = std::min(segment, n - done);
        auto const steps = [step, count](tensor<T> const& start) {
            auto x = start;
            for (std::size_t k = 0; k < count; ++k) {
                x = step(x);
            }
            return x;
        };
        state = checkpoint(steps, state);
    }
    return state;
}
} // namespace xgrad
