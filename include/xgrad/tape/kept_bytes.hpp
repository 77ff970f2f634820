#pragma once

#include <xgrad/base/segmented_list.hpp>
#include <xgrad/tape/statement.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace xgrad {
/// Bytes of all values that only these statements may be keeping alive, as if they also kept
/// `more`.
inline std::size_t
kept_bytes(segmented_list<statement> const& statements, std::span<body_pointer const> more)
{
    std::vector<tensor_body const*> kept;
    auto const count = [&](body_pointer const& body) {
        if (body) {
            kept.push_back(body.get());
            if (auto const* const viewed = body->viewed()) {
                kept.push_back(viewed); // a view keeps what it is a view of
            }
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
