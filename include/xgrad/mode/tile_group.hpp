#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/tile_run.hpp>
#include <xgrad/expr/numerics.hpp>
#include <xgrad/mode/variable_values.hpp>
#include <xgrad/tape/record.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

namespace xgrad::detail {
/// Neighbouring statements of a record that run again together, tile by tile. (A template for the
/// sake of programs without replays, which need not compile it.)
template <class Recording>
class tile_group
{
public:
    /// Whether this statement may belong to a group at all. (Where all arrays fit the nearest
    /// cache, a list of tiles costs more than it saves: eight statements over 512 doubles take 0.92
    /// µs together, and 0.69 one by one; over 1,024 the same; over 2,048 2.8 and 4.5.)
    static bool suits(Recording const& r, recorded_statement const& s)
    {
        constexpr std::size_t few_bytes = 8192;
        return r.variables().size_of(s.result) * bytes_of(r.variables()[s.result].type) >
            few_bytes &&
            s.kernels != nullptr && s.reduced == nullptr && s.aligned == operand_alignment::same &&
            r.variables()[s.result].type == s.kernels->compute;
    }

    /// Whether the two may run in one group.
    static bool alike(Recording const& r, recorded_statement const& a, recorded_statement const& b)
    {
        return a.kernels->compute == b.kernels->compute &&
            same_shape(r.shape_of(a.result), r.shape_of(b.result));
    }

    /// Of these statements; `stays(variable)`: something outside of the group reads it.
    template <class Stays>
    tile_group(Recording const& r, std::vector<std::size_t> const& statements, Stays const& stays)
        : record_(&r)
    {
        std::map<std::uint32_t, std::size_t> last_read; // of a variable, by one of our steps
        for (std::size_t k = 0; k < statements.size(); ++k) {
            for (auto const& operand : r.statements()[statements[k]].operands()) {
                last_read[operand.variable] = k;
            }
        }
        std::vector<std::uint32_t> idle;
        std::map<std::uint32_t, std::uint32_t> tile_of;
        for (std::size_t k = 0; k < statements.size(); ++k) {
            auto const& s = r.statements()[statements[k]];
            for (auto const& operand : s.operands()) {
                auto const tile = tile_of.find(operand.variable);
                places_.push_back({operand.variable, tile != tile_of.end() ? tile->second : none});
            }
            members_.push_back(&s);
            auto tile = none;
            if (!stays(s.result)) {
                if (idle.empty()) {
                    idle.push_back(tiles_++);
                }
                tile = idle.back();
                idle.pop_back();
                tile_of[s.result] = tile;
            }
            places_.push_back({s.result, tile});
            // Only now: the result must not take the place of an operand, which is read all along.
            for (auto const& operand : s.operands()) {
                auto const last = tile_of.find(operand.variable);
                if (last != tile_of.end() && last_read[operand.variable] == k) {
                    idle.push_back(last->second);
                    tile_of.erase(last);
                }
            }
        }
        for (auto const& place : places_) {
            bool const ours = std::any_of(members_.begin(), members_.end(), [&](auto const* s) {
                return s->result == place.variable;
            });
            if (!ours) {
                incoming_.push_back(place);
            }
        }
    }

    std::size_t size() const noexcept { return members_.size(); }

    /// Computes the members' results; false, and nothing done, where the operands do not lie in a
    /// way that allows it. Where tapes record, all results become arrays, and are recorded.
    bool run(variable_values& values) const
    {
        auto const& shape = record_->shape_of(members_.front()->result);
        auto const size = element_count(shape);
        auto const compute = members_.front()->kernels->compute;
        bool const fits =
            std::all_of(incoming_.begin(), incoming_.end(), [&](member_place const& p) {
                auto const* const body = values[p.variable];
                return body->dense(compute) && (body->size == size || body->size == 1);
            });
        if (!fits || numerics_are_checked()) {
            return false;
        }
        bool const recorded = is_recording();
        std::size_t next = 0;
        for (auto const* const s : members_) {
            next += s->operand_count + 1;
            if (recorded || places_[next - 1].tile == none) {
                values.hold(s->result, make_body(compute, shape, size));
            }
        }
        with_floating_type(compute, [&]<class T>() { run_in<T>(values, recorded, size); });
        if (recorded) {
            record(values);
        }
        return true;
    }

private:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

    /// Of an operand or a result.
    struct member_place
    {
        std::uint32_t variable;
        std::uint32_t tile; // of one that only the group reads
    };

    template <class T>
    void run_in(variable_values const& values, bool recorded, std::size_t size) const
    {
        using kind = tile_argument::kind;
        short_list<tile_step> steps(members_.size());
        short_list<tile_argument> arguments(places_.size());
        auto tiles = tiles_;
        for (std::size_t k = 0; k < places_.size(); ++k) {
            auto const& p = places_[k];
            if (p.tile != none && !recorded) {
                arguments[k] = {kind::tile, nullptr, p.tile};
            } else if (auto* const body = values[p.variable]; body->size == size) {
                arguments[k] = {kind::array, body->data};
            } else {
                arguments[k] = {kind::single, body->data, tiles++};
            }
        }
        std::size_t first = 0;
        for (std::size_t k = 0; k < members_.size(); ++k) {
            steps[k] = {members_[k]->kernels, members_[k]->scalars(), first};
            first += members_[k]->operand_count + 1;
        }
        run_tiles<T>(steps.get(), arguments.get(), tiles, size);
    }

    void record(variable_values const& values) const
    {
        std::size_t first = 0;
        for (auto const* const s : members_) {
            short_list<tensor_body*> operands(s->operand_count);
            for (std::size_t i = 0; i < s->operand_count; ++i) {
                operands[i] = values[places_[first + i].variable];
            }
            first += s->operand_count + 1;
            record_expression(
                {.kernels = s->kernels,
                 .operands = operands.get(),
                 .scalars = s->scalars(),
                 .aligned = operand_alignment::same,
                 .where = s->where},
                *values[s->result]);
            note_result(*values[s->result]);
        }
    }

    Recording const* record_;
    std::vector<recorded_statement const*> members_;
    std::vector<member_place> places_;   // of each member in turn: its operands, then its result
    std::vector<member_place> incoming_; // of what no member computes
    std::uint32_t tiles_ = 0;
};
} // namespace xgrad::detail
