#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/rule/partial.hpp>
#include <xgrad/tape/recording.hpp>

#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace xgrad {
/// What a sweep wants of a variable.
enum class interest : std::uint8_t
{
    none,
    way, // it lies between a source and what is computed from it
    source
};

/// An adjoint: an array, or (of a seed of ones, below a sum) one number for all elements.
struct adjoint_value
{
    body_pointer body;
    double uniform = 0;
    bool is_uniform = false;
    interest wanted = interest::none;

    explicit operator bool() const noexcept { return is_uniform || body; }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// into += from, or into = g * from, for dense bodies of one type, on all cores.
template <class T, class F>
void for_each_part(std::size_t size, F&& f)
{
    constexpr auto length = 16 * block_length;
    for_each_chunk((size + length - 1) / length, 0.2 * static_cast<double>(size), [&](auto chunk) {
        auto const begin = chunk * length;
        f(begin, std::min(length, size - begin));
    });
}

template <class T>
void add_to(tensor_body& into, tensor_body const& from)
{
    for_each_part<T>(into.size, [&](std::size_t begin, std::size_t count) {
        join_each(into.elements<T>() + begin, from.elements<T const>() + begin, count, add{});
    });
}

/// An adjoint of one, scaled by the incoming adjoint g: by the finite chain rule an infinite
/// partial carries nothing from an adjoint of zero, one that is NaN stays visible.
template <class T>
void scale(tensor_body& into, tensor_body const& unit, T g, bool accumulate)
{
    using V = simd::batch<T>;
    for_each_part<T>(into.size, [&](std::size_t begin, std::size_t count) {
        auto* const to = into.elements<T>() + begin;
        auto const* const p = unit.elements<T const>() + begin;
        for (std::size_t i = 0; i < count; i += V::size) {
            auto const scaled = chain<false>(V(g), V::load(p + i));
            (accumulate ? V::load(to + i) + scaled : scaled).store(to + i);
        }
    });
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

/// The adjoints of a tape's variables while a sweep goes on.
class adjoints
{
public:
    /// Adds two adjoints as a statement that tapes record.
    using join = body_pointer (*)(body_pointer const&, body_pointer const&);

    /// Starts anew, for all variables of a recording. Where other tapes record the sweep,
    /// contributions meet by `recorded_join`.
    void start(recording const& r, join recorded_join = nullptr)
    {
        recording_ = &r;
        join_ = recorded_join;
        adjoint_.resize(r.variables().size());
    }

    /// Gives all bodies back; keeps the list's own memory.
    void clear() noexcept { adjoint_.clear(); }

    /// Other tapes record the sweep.
    bool is_recorded() const noexcept { return join_ != nullptr; }

    adjoint_value const& of(std::uint32_t variable) const noexcept { return adjoint_[variable]; }

    interest wanted(std::uint32_t variable) const noexcept { return adjoint_[variable].wanted; }

    bool wants(std::uint32_t variable) const noexcept
    {
        return adjoint_[variable].wanted != interest::none;
    }

    void want(std::uint32_t variable, interest what) noexcept { adjoint_[variable].wanted = what; }

    bool has(std::uint32_t variable) const noexcept
    {
        return static_cast<bool>(adjoint_[variable]);
    }

    /// The adjoint as an array.
    body_pointer const& body_of(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (a.is_uniform) {
            a.body = filled_body(
                recording_->variables()[variable].type, recording_->shape_of(variable), a.uniform);
            a.is_uniform = false;
            a.uniform = 0;
        }
        return a.body;
    }

    /// A dense body, owned by nobody else, to store into (first contribution) or to add to.
    tensor_body& writable(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (!a) {
            a.body =
                make_body(recording_->variables()[variable].type, recording_->shape_of(variable));
            return *a.body;
        }
        body_of(variable);
        if (!a.body.exclusive() || !a.body->contiguous || !a.body->padded) {
            a.body = dense_copy(*a.body);
        }
        return *a.body;
    }

    /// Adds a contribution, which may become the adjoint itself.
    void add(std::uint32_t variable, body_pointer contribution)
    {
        if (join_ != nullptr) {
            auto& sum = adjoint_[variable];
            sum.body = sum ? join_(body_of(variable), contribution) : std::move(contribution);
            return;
        }
        if (!adjoint_[variable]) {
            adjoint_[variable].body = dense(std::move(contribution));
            return;
        }
        auto& sum = writable(variable);
        auto const other = dense(std::move(contribution));
        if (sum.type == element_type::float64) {
            vectorized::add_to<double>(sum, *other);
        } else {
            vectorized::add_to<float>(sum, *other);
        }
    }

    /// Adds the same number to every element.
    void add_uniform(std::uint32_t variable, double contribution)
    {
        auto& a = adjoint_[variable];
        if (a.body) {
            add(variable, filled_body(a.body->type, a.body->shape, contribution));
            return;
        }
        // As arrays of the variable's own type would add up.
        a.uniform = recording_->variables()[variable].type == element_type::float32
            ? static_cast<double>(static_cast<float>(a.uniform) + static_cast<float>(contribution))
            : a.uniform + contribution;
        a.is_uniform = true;
    }

    /// The adjoint of a variable that is read no more.
    body_pointer take(std::uint32_t variable) noexcept
    {
        adjoint_[variable].is_uniform = false;
        adjoint_[variable].uniform = 0;
        return std::move(adjoint_[variable].body);
    }

private:
    recording const* recording_ = nullptr;
    join join_ = nullptr;
    std::vector<adjoint_value> adjoint_;
};

/// What an array operation sees of a sweep.
class pullback
{
public:
    pullback(recording const& r, statement const& s, adjoints& all)
        : recording_(r), statement_(s), adjoints_(all), incoming_(all.body_of(s.result))
    {}

    /// The adjoint of the result.
    body_pointer const& incoming() const noexcept { return incoming_; }

    /// The result, where the operation asked to keep it.
    body_pointer const& result() const noexcept { return statement_.kept_result; }

    /// Operand i, where the operation asked to keep it.
    body_pointer const& operand(std::size_t i) const noexcept
    {
        return statement_.operands()[i].kept;
    }

    shape_type const& shape(std::size_t i) const noexcept
    {
        return recording_.shape_of(statement_.operands()[i].variable);
    }

    bool wants(std::size_t i) const noexcept
    {
        return adjoints_.wants(statement_.operands()[i].variable);
    }

    /// The adjoint of operand i so far, dense, to add to: for operations that touch few of its
    /// elements.
    tensor_body& sum(std::size_t i)
    {
        if (adjoints_.is_recorded()) {
            throw tape_error(
                std::string(statement_.operation_->name()) +
                ": its gradient is computed in place, and another tape is to record it; take the "
                "gradient under no_grad, where it is a constant" +
                at(statement_.where));
        }
        auto const variable = statement_.operands()[i].variable;
        bool const fresh = !adjoints_.has(variable);
        auto& body = adjoints_.writable(variable);
        if (fresh) {
            std::memset(body.data, 0, body.size * bytes_of(body.type));
        }
        return body;
    }

    void add(std::size_t i, body_pointer contribution)
    {
        adjoints_.add(statement_.operands()[i].variable, std::move(contribution));
    }

private:
    recording const& recording_;
    statement const& statement_;
    adjoints& adjoints_;
    body_pointer incoming_;
};
} // namespace xgrad
