#pragma once

#include <xgrad/engine/dense.hpp>
#include <xgrad/tape/recording.hpp>

#include <span>
#include <utility>
#include <vector>

namespace xgrad {
/// The adjoints of a tape's variables while a sweep goes on.
class adjoints
{
public:
    /// Starts anew, for all variables of a recording.
    void start(recording const& r)
    {
        recording_ = &r;
        adjoint_.resize(r.variables().size());
    }

    /// Gives all bodies back; keeps the list's own memory.
    void clear() noexcept { adjoint_.clear(); }

    body_pointer const& of(std::uint32_t variable) const noexcept { return adjoint_[variable]; }

    bool has(std::uint32_t variable) const noexcept
    {
        return static_cast<bool>(adjoint_[variable]);
    }

    /// A dense body, owned by nobody else, to store into (first contribution) or to add to.
    tensor_body& writable(std::uint32_t variable)
    {
        auto& body = adjoint_[variable];
        if (!body) {
            auto const& v = recording_->variables()[variable];
            body = make_body(v.type, v.shape);
        } else if (!body.unique() || !body->contiguous || !body->padded) {
            body = dense_copy(*body);
        }
        return *body;
    }

    /// Adds a contribution, which may become the adjoint itself.
    void add(std::uint32_t variable, body_pointer contribution)
    {
        if (!adjoint_[variable]) {
            adjoint_[variable] = dense(std::move(contribution));
            return;
        }
        auto& sum = writable(variable);
        auto const other = dense(std::move(contribution));
        with_element_type(sum.type, [&]<class T>() {
            auto* const into = sum.elements<T>();
            auto const* const from = other->template elements<T>();
            for (std::size_t i = 0; i < sum.size; ++i) {
                into[i] = static_cast<T>(into[i] + from[i]);
            }
        });
    }

    body_pointer take(std::uint32_t variable) noexcept
    {
        return std::exchange(adjoint_[variable], {});
    }

private:
    recording const* recording_ = nullptr;
    std::vector<body_pointer> adjoint_;
};

/// What an array operation sees of a sweep.
class pullback
{
public:
    pullback(recording const& r, statement const& s, adjoints& all, std::span<char const> wanted)
        : recording_(r), statement_(s), adjoints_(all), wanted_(wanted), incoming_(all.of(s.result))
    {}

    /// The adjoint of the result.
    body_pointer const& incoming() const noexcept { return incoming_; }

    /// The result, where the operation asked to keep it.
    body_pointer const& result() const noexcept { return statement_.kept_result; }

    /// Operand i, where the operation asked to keep it.
    body_pointer const& operand(std::size_t i) const noexcept
    {
        return recording_.operands(statement_)[i].kept;
    }

    shape_type const& shape(std::size_t i) const noexcept
    {
        return recording_.variables()[recording_.operands(statement_)[i].variable].shape;
    }

    bool wants(std::size_t i) const noexcept
    {
        return wanted_[recording_.operands(statement_)[i].variable] != 0;
    }

    void add(std::size_t i, body_pointer contribution)
    {
        adjoints_.add(recording_.operands(statement_)[i].variable, std::move(contribution));
    }

private:
    recording const& recording_;
    statement const& statement_;
    adjoints& adjoints_;
    std::span<char const> wanted_;
    body_pointer incoming_;
};
} // namespace xgrad
