#pragma once

#include <xgrad/mode/replayed_gradient.hpp>
#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/tensor/random.hpp>

#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Record once, replay after: the counterpart of a compiled graph.

namespace xgrad {
/// A function that is recorded when it is called for the first time with arguments of certain
/// shapes, and replayed after: the same statements run over the new arguments, in the same way (no
/// bit differs), and are recorded by the active tapes like those of any function. The function
/// itself is not called: what it captures has the value of the first call, what it computes from
/// that alone is computed once (unless a tape records the replay), and what it prints is printed
/// once. It is called again
///
///   - for arguments of other shapes, once, to record them too;
///   - every time, where it reads elements (and might branch on them), draws random numbers, or
///     uses an operation that cannot run again, or takes gradients itself of several targets, by
///     intermediate results, within a memory limit, or of many rows: `obstacle()` says which;
///   - where an operation takes another formula for the new values (a norm whose sum of squares
///     overflows).
///
/// Gradients that f takes itself (a step of training) run like those of `value_and_grad`. Tapes
/// that follow the replay need their steps, of which there is another record: f is called once more
/// for that. One thread at a time may call it.
template <class F>
class replayed_function
{
public:
    explicit replayed_function(F f) : f_(std::move(f)) {}

    replayed_function(replayed_function&&) = default;
    replayed_function& operator=(replayed_function&&) = default;

    /// A copy makes records of its own.
    replayed_function(replayed_function const& other) : f_(other.f_) {}

    replayed_function& operator=(replayed_function const& other)
    {
        return *this = replayed_function(other);
    }

    ~replayed_function() = default;

    template <tensor_element... T>
    auto operator()(tensor<T> const&... x)
    {
        auto* const known = record_for(detail::is_followed, x...);
        return known != nullptr ? run(*known, x...) : record_and_call(detail::is_followed(), x...);
    }

    /// Expressions as arguments are computed first, and numbers are tensors of rank 0, here and
    /// below.
    template <class... X>
        requires some_not_tensors<X...>
    auto operator()(X const&... x)
    {
        return (*this)(as_tensor(x, {})...);
    }

    /// As the function of the same name. Elementwise statements over one shape that end in a sum
    /// run as one loop, forward and backward. (Where there is no record yet, the function is called
    /// for the record alone first.)
    template <tensor_element... T>
    auto value_and_grad(tensor<T> const&... x)
    {
        using value = result_of<T...>;
        using result = value_with_gradients<value, std::tuple<tensor<T>...>>;
        auto const followed = [] { return true; };
        auto* known = record_for(followed, x...);
        if (known == nullptr) {
            no_grad const guard; // a sum that two tapes record has another last bit
            auto const before = random::detail::generator();
            static_cast<void>(record_and_call(true, x...));
            random::detail::generator() = before; // what comes now draws the same numbers
            known = record_for(followed, x...);
        }
        if (known != nullptr && known->computes_number()) {
            std::array<tensor_body*, sizeof...(T)> const arguments{&x.body()...};
            std::array<body_pointer, sizeof...(T)> gradients;
            auto v = known->run_whole(arguments, gradients);
            if (v || (v = known->run_and_sweep(arguments, gradients))) {
                return std::apply(
                    [&](auto&... g) {
                        return result{value(std::move(v)), {tensor<T>(std::move(g))...}};
                    },
                    gradients);
            }
        }
        return xgrad::value_and_grad(*this, x...);
    }

    template <class... X>
        requires some_not_tensors<X...>
    auto value_and_grad(X const&... x)
    {
        return value_and_grad(as_tensor(x, {})...);
    }

    /// As the function of the same name.
    template <operand... X>
    auto gradient(X const&... x)
    {
        return detail::gradients_alone(value_and_grad(x...));
    }

    /// Why the function was not replaced by its last record; empty where it was.
    std::string const& obstacle() const noexcept { return obstacle_; }

private:
    using record = detail::replay_record<tape>;

    template <class... T>
    using result_of =
        decltype(as_tensor(std::invoke(std::declval<F&>(), std::declval<tensor<T> const&>()...)));

    template <class Followed, tensor_element... T>
    record* record_for(Followed const& followed, tensor<T> const&... x) const noexcept
    {
        for (auto const& known : records_) {
            if (known->fits(x...) && known->serves(followed)) {
                return known.get();
            }
        }
        return nullptr;
    }

    // No longer than a small statement takes: what happens seldom has functions of its own.
    template <class... T>
    auto run(record& known, tensor<T> const&... x)
    {
        std::array<tensor_body*, sizeof...(T)> const arguments{&x.body()...};
        auto value = known.run(arguments);
        return value ? result_of<T...>(std::move(value)) : call(x...);
    }

    template <class... T>
    XGRAD_NOINLINE result_of<T...> call(tensor<T> const&... x)
    {
        return as_tensor(std::invoke(f_, x...));
    }

    template <class... T>
    XGRAD_NOINLINE result_of<T...> record_and_call(bool followed, tensor<T> const&... x)
    {
        auto fresh = std::make_unique<record>(followed ? nullptr : &detail::take_gradient<tape>);
        result_of<T...> value = fresh->record(f_, x...);
        obstacle_ = fresh->obstacle();
        records_.push_back(std::move(fresh));
        return value;
    }

    F f_;
    std::vector<std::unique_ptr<record>> records_;
    std::string obstacle_;
};

/// f, recorded once for each combination of shapes and replayed after.
template <class F>
auto replay(F&& f)
{
    return replayed_function<std::decay_t<F>>(std::forward<F>(f));
}
} // namespace xgrad
