#pragma once

#include <xgrad/tape/variable_table.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace xgrad {
/// A gradient of whose own derivatives a tape knows nothing.
struct unknown_gradient
{
    std::uint32_t variable;
    std::uint64_t identity;
    owner_thread const* maker;

    /// It may have been computed from `source`: not from one that its thread has made later.
    /// (A thread hands out identities in ascending order.)
    bool may_depend_on(tensor_body const& source) const noexcept
    {
        return &source.references.maker() != maker || source.identity <= identity;
    }
};

/// The tensors that a tape knows, and what it knows of them.
class known_tensors
{
public:
    variable_table const& variables() const noexcept { return variables_; }

    shape_type const& shape_of(std::uint32_t variable) const noexcept
    {
        return variables_.shape_of(variable);
    }

    /// The variable that `body` is on this tape, if any.
    std::optional<std::uint32_t> find(tensor_body const& body) const noexcept
    {
        return variables_.find(body);
    }

    /// A statement of this tape has computed it.
    bool computes(tensor_body const& body) const noexcept
    {
        auto const known = find(body);
        return known && variables_[*known].followed;
    }

    bool watches(tensor_body const& body) const noexcept
    {
        return std::find(watched_.begin(), watched_.end(), body.identity) != watched_.end();
    }

    /// Makes `body` a variable, that no statement need have computed.
    void know(tensor_body const& body) { variables_.place_of(body); }

    /// From now on, also when it has been cleared.
    void watch(tensor_body const& body) { watched_.push_back(body.identity); }

    /// Remembers that `body` is a gradient, of whose own derivatives this tape knows nothing: a
    /// sweep through it is an error, not a silent constant.
    void mark_gradient(tensor_body const& body)
    {
        auto const variable = variables_.place_of(body);
        variables_[variable].gradient = true;
        gradients_.push_back({variable, body.identity, &body.references.maker()});
    }

    /// What reads `body` from now on reads this variable, which has the same value.
    void replace(tensor_body& body, std::uint32_t variable) noexcept
    {
        variables_.replace(body, variable);
    }

    bool knows_gradients() const noexcept { return !gradients_.empty(); }

    std::span<unknown_gradient const> gradients() const noexcept { return gradients_; }

    void mark_part(std::uint32_t variable, bool is_part) noexcept
    {
        variables_[variable].is_part = is_part;
    }

protected:
    void forget() noexcept
    {
        variables_.clear();
        gradients_.clear();
    }

    void forget_watched() noexcept { watched_.clear(); }

    variable_table variables_;

private:
    std::vector<unknown_gradient> gradients_;
    std::vector<std::uint64_t> watched_; // identities
};
} // namespace xgrad
