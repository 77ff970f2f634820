#pragma once

#include <xgrad/base/segmented_list.hpp>
#include <xgrad/tape/statement.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace xgrad {
namespace detail {
/// Calls f with a body, with that of which it is a view, and with the copy that this view keeps.
template <class F>
void for_each_kept(tensor_body const& body, F&& f)
{
    f(body);
    if (auto const* const viewed = body.viewed()) {
        f(*viewed);
    }
    if (auto const* const ordered = body.ordered()) {
        f(*ordered);
    }
}
} // namespace detail

/// Bytes that a body keeps alive.
inline std::size_t bytes_kept_by(tensor_body const& body)
{
    std::size_t bytes = 0;
    detail::for_each_kept(body, [&](tensor_body const& kept) { bytes += kept.block_bytes; });
    return bytes;
}

/// Bytes of all values that only these statements may be keeping alive, as if they also kept
/// `more`.
inline std::size_t
kept_bytes(segmented_list<recorded_statement> const& statements, std::span<body_pointer const> more)
{
    std::vector<tensor_body const*> kept;
    auto const count = [&](body_pointer const& body) {
        if (body) {
            detail::for_each_kept(*body, [&](tensor_body const& one) { kept.push_back(&one); });
        }
    };
    for (std::size_t i = 0; i < statements.size(); ++i) {
        for (auto const& operand : statements[i].operands()) {
            count(operand.kept);
        }
        count(statements[i].kept_result);
    }
    std::for_each(more.begin(), more.end(), count);
    std::sort(kept.begin(), kept.end()); // values kept several times count once
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
    std::size_t total = 0;
    for (auto const* body : kept) {
        total += body->block_bytes;
    }
    return total;
}
} // namespace xgrad
