#pragma once

#include <xgrad/mode/line_backward.hpp>
#include <xgrad/mode/line_forward.hpp>

#include <memory>
#include <span>
#include <variant>

namespace xgrad::detail {
/// Makes a straight line of a record of elementwise statements, sums and products to one number,
/// operations that move elements, and small products of matrices, all over at most
/// `few_blocks` of elements of type T.
template <class T>
class straight_line_builder
{
public:
    /// Of the statements with these numbers, as a function of these variables, of the first of
    /// which gradients are `wanted`; null where it is none.
    static std::unique_ptr<straight_line const>
    of(tape_record const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::size_t wanted,
       std::uint32_t result)
    {
        std::size_t bytes = 0; // of the arguments and their gradients
        for (auto const argument : arguments) {
            bytes += 2 * r.variables().size_of(argument) * sizeof(T);
        }
        if (bytes > most_bytes) {
            return nullptr;
        }
        auto line = std::make_unique<straight_line>();
        line_places<T> places(r, statements, arguments, wanted, *line);
        line_forward<T> forward(places, *line);
        for (auto const k : statements) {
            if (!forward.add(r.statements()[k]) || line->memory.bytes() > most_bytes) {
                return nullptr;
            }
        }
        if (!places.of(result).computed || places.of(result).is_strided) {
            return nullptr; // (a view costs nothing, and is one here as elsewhere)
        }
        if (r.shape_of(result).size() == 0 &&
            !line_backward<T>(places, *line).add(forward.steps(), result, arguments)) {
            return nullptr;
        }
        place_result(*line, places, result);
        return line;
    }

private:
    // More would not stay in a cache, and a list of values that come and go does better.
    static constexpr std::size_t most_bytes = std::size_t{4} << 20;

    /// Where the last instruction computes it, and nothing reads it, it need not be copied. (There
    /// is no instruction where the result is a part of an argument.)
    static void place_result(straight_line& line, line_places<T>& places, std::uint32_t result)
    {
        auto* const place = places.of(result).value;
        auto* const last =
            line.forward.empty() ? nullptr : std::get_if<values_call>(&line.forward.back());
        if (line.backward.empty() && last != nullptr && last->block.values == place) {
            line.slots.push_back({&last->block.values, places.result()});
        } else {
            line.result = places.copied(result, place, places.result());
        }
    }
};
} // namespace xgrad::detail
