#pragma once

#include <xgrad/tape/statement_run.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace xgrad::detail {
/// The statements with which a record closes, if these are elementwise ones over one index space, a
/// sum or mean of all their elements (the largest one), and scalar ones that follow from it. What
/// they read, others compute before them (the record's head), which read nothing of theirs. (A
/// template for the sake of programs without replays, which need not compile it.)
template <class Recording>
class closing_statements
{
public:
    /// Among the statements with these numbers, which compute `result` of `arguments`, of the first
    /// of which gradients are `wanted`.
    closing_statements(
        Recording const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::size_t wanted,
        std::uint32_t result)
        : record_(r), statements_(statements), depends_(r.variables().size(), false)
    {
        if (!find_sum()) {
            return;
        }
        find_wanted(arguments.first(wanted));
        find_members(result);
        // One statement has no neighbours to share tiles with.
        suit_ =
            members_.size() > 1 && find_followers(arguments) && adds_in_order() && !reads_parts();
    }

    bool suit() const noexcept { return suit_; }

    /// Numbers of the elementwise ones, and last the sum.
    std::span<std::size_t const> members() const noexcept { return members_; }

    std::uint32_t sum() const noexcept { return statement(sum_).result; }

    shape_type shape() const { return index_space(record_, statement(sum_)); }

    /// What the members read and do not compute.
    std::span<std::uint32_t const> inputs() const noexcept { return inputs_; }

    /// Those that follow from the sum. Their derivative by it does not depend on it.
    std::span<std::size_t const> followers() const noexcept { return followers_; }

    /// What followers read beside the sum: arguments, and what the head computes.
    std::span<std::uint32_t const> followers_inputs() const noexcept { return followers_inputs_; }

    /// It depends on an argument in a differentiable way.
    bool is_wanted(std::uint32_t variable) const { return wanted_[variable]; }

private:
    recorded_statement const& statement(std::size_t k) const noexcept
    {
        return record_.statements()[statements_[k]];
    }

    static bool is_elementwise(recorded_statement const& s) noexcept
    {
        return s.kernels != nullptr && s.reduced == nullptr;
    }

    /// The reduction of most elements to a number, of several the first one.
    bool find_sum()
    {
        std::size_t most = 0;
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = statement(k);
            if (s.reduced != nullptr && s.aligned == operand_alignment::same &&
                record_.shape_of(s.result).size() == 0) {
                auto const elements = element_count(index_space(record_, s));
                sum_ = elements > most ? k : sum_;
                most = std::max(most, elements);
            }
        }
        return most > 0;
    }

    void find_wanted(std::span<std::uint32_t const> arguments)
    {
        wanted_.resize(record_.variables().size(), false);
        for (auto const argument : arguments) {
            wanted_[argument] = is_floating(record_.variables()[argument].type);
        }
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = statement(k);
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                if (wanted_[s.operands()[i].variable] && s.carries_gradient(i)) {
                    wanted_[s.result] = is_floating(record_.variables()[s.result].type);
                }
            }
        }
    }

    void find_members(std::uint32_t result)
    {
        auto const space = shape();
        auto const type = statement(sum_).kernels->compute;
        std::vector<bool> read_elsewhere(record_.variables().size(), false);
        std::vector<bool> computed(record_.variables().size(), false);
        read_elsewhere[result] = true;
        for (auto k = statements_.size(); k-- > 0;) {
            auto const& s = statement(k);
            bool const joins = k == sum_ ||
                (k < sum_ && is_elementwise(s) && !read_elsewhere[s.result] &&
                 s.kernels->compute == type && record_.variables()[s.result].type == type &&
                 same_shape(record_.shape_of(s.result), space));
            if (joins) {
                members_.push_back(statements_[k]);
                computed[s.result] = true;
                continue;
            }
            for (auto const& operand : s.operands()) {
                read_elsewhere[operand.variable] = true;
            }
        }
        std::reverse(members_.begin(), members_.end());
        for (auto const k : members_) {
            for (auto const& operand : record_.statements()[k].operands()) {
                if (!computed[operand.variable]) {
                    add(inputs_, operand.variable);
                }
            }
        }
    }

    /// False where they are not scalar, or their derivative depends on the sum.
    bool find_followers(std::span<std::uint32_t const> arguments)
    {
        depends_[sum()] = true;
        std::vector<bool> computed(record_.variables().size(), false);
        for (auto const argument : arguments) {
            computed[argument] = true;
        }
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            auto const& s = statement(k);
            computed[s.result] = true;
            bool const follows =
                std::any_of(s.operands().begin(), s.operands().end(), [&](auto const& operand) {
                    return depends_[operand.variable];
                });
            if (!follows) {
                continue;
            }
            if (!is_elementwise(s) || record_.shape_of(s.result).size() != 0 || !is_simple(s)) {
                return false;
            }
            depends_[s.result] = true;
            followers_.push_back(statements_[k]);
            for (auto const& operand : s.operands()) {
                auto const variable = operand.variable;
                if (!depends_[variable] && computed[variable]) {
                    add(followers_inputs_, variable);
                }
            }
        }
        return true;
    }

    bool is_simple(recorded_statement const& s) const
    {
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            if (depends_[s.operands()[i].variable] && s.kernels->leaves[i].value_needed) {
                return false;
            }
        }
        return !s.kernels->result_needed;
    }

    static void add(std::vector<std::uint32_t>& list, std::uint32_t variable)
    {
        if (std::find(list.begin(), list.end(), variable) == list.end()) {
            list.push_back(variable);
        }
    }

    /// What several statements add to an adjoint: the members' comes before that of all others,
    /// which for two of them is the same sum.
    bool adds_in_order() const
    {
        struct contributions
        {
            std::size_t ours = 0;   // of members
            std::size_t before = 0; // of others that the sweep comes to before them
        };
        std::vector<contributions> made(record_.variables().size());
        for (auto k = statements_.size(); k-- > 0;) {
            auto const& s = statement(k);
            bool const is_member =
                std::binary_search(members_.begin(), members_.end(), statements_[k]);
            for (std::size_t i = 0; i < s.operand_count; ++i) {
                auto const variable = s.operands()[i].variable;
                auto& [ours, before] = made[variable];
                if (!wanted_[variable] || !s.carries_gradient(i)) {
                    continue;
                }
                if (!is_member) {
                    before += s.kernels != nullptr ? 1 : 2; // it may take an element several times
                    continue;
                }
                ++ours;
                if (before > 1 || (before == 1 && ours > 1)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// The sweep adds adjoints of such parts of arrays to those of the whole block by block (see
    /// part_targets).
    bool reads_parts() const
    {
        auto const elements = element_count(shape());
        return std::any_of(inputs_.begin(), inputs_.end(), [&](auto input) {
            return wanted_[input] && record_.variables()[input].is_part &&
                record_.variables().size_of(input) == elements;
        });
    }

    Recording const& record_;
    std::span<std::size_t const> statements_;
    std::size_t sum_ = 0; // its place among them
    std::vector<std::size_t> members_;
    std::vector<std::uint32_t> inputs_;
    std::vector<std::size_t> followers_;
    std::vector<std::uint32_t> followers_inputs_;
    std::vector<bool> depends_; // on the sum
    std::vector<bool> wanted_;
    bool suit_ = false;
};
} // namespace xgrad::detail
