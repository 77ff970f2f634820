#pragma once

#include <xgrad/linalg/contraction.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad {
namespace detail {
[[noreturn]] inline void
fail_einsum(std::string_view subscripts, std::string const& why, std::source_location const& where)
{
    throw shape_error("einsum: \"" + std::string(subscripts) + "\" " + why + at(where));
}

/// Subscripts with the ellipsis written out as labels of its own, which are no letters.
struct einsum_labels
{
    std::vector<std::string> operands;
    std::string result;
};

inline bool is_label(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Throws shape_error where a part of the subscripts holds more than labels, spaces and an
/// ellipsis.
inline void
check_labels(std::string_view subscripts, std::string_view text, std::source_location const& where)
{
    std::size_t ellipses = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 3) == "...") {
            ++ellipses;
            i += 2;
        } else if (!is_label(text[i]) && text[i] != ' ') {
            fail_einsum(
                subscripts,
                "holds '" + std::string(1, text[i]) + "'; labels are letters, as in \"ij,jk->ik\"",
                where);
        }
    }
    if (ellipses > 1) {
        fail_einsum(
            subscripts, "has more than one ellipsis in \"" + std::string(text) + "\"", where);
    }
}

/// How an error names a label.
inline std::string name_of_label(char label)
{
    return is_label(label) ? "label '" + std::string(1, label) + "'" : "an axis of the ellipsis";
}

/// `text` with its ellipsis replaced by the last `axes` of the labels that stand for one.
inline std::string with_ellipsis(
    std::string_view subscripts,
    std::string_view text,
    std::size_t axes,
    std::source_location const& where)
{
    constexpr std::string_view names = "0123456789";
    if (axes > names.size()) {
        fail_einsum(subscripts, "has an ellipsis for more than ten axes", where);
    }
    std::string labels;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 3) == "...") {
            labels += names.substr(names.size() - axes);
            i += 2;
        } else if (is_label(text[i])) {
            labels += text[i];
        }
    }
    return labels;
}

inline einsum_labels parse_einsum(
    std::string_view subscripts,
    std::vector<shape_type> const& shapes,
    std::source_location const& where)
{
    auto const arrow = subscripts.find("->");
    auto inputs = subscripts.substr(0, arrow);
    einsum_labels labels;
    std::size_t widest = 0; // the longest ellipsis
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        auto const comma = inputs.find(',');
        if ((comma == inputs.npos) != (i + 1 == shapes.size())) {
            fail_einsum(
                subscripts, "does not name " + std::to_string(shapes.size()) + " operands", where);
        }
        auto const text = inputs.substr(0, comma);
        inputs.remove_prefix(comma == inputs.npos ? inputs.size() : comma + 1);
        check_labels(subscripts, text, where);
        auto const letters =
            static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_label));
        bool const open = text.find("...") != text.npos;
        if (letters > shapes[i].size() || (!open && letters != shapes[i].size())) {
            fail_einsum(
                subscripts,
                "names " + std::to_string(letters) + " axes of operand " + std::to_string(i) +
                    ", whose shape is " + to_string(shapes[i]),
                where);
        }
        auto const rest = open ? shapes[i].size() - letters : 0;
        widest = std::max(widest, rest);
        labels.operands.push_back(with_ellipsis(subscripts, text, rest, where));
    }
    if (arrow != subscripts.npos) {
        check_labels(subscripts, subscripts.substr(arrow + 2), where);
        labels.result = with_ellipsis(subscripts, subscripts.substr(arrow + 2), widest, where);
        return labels;
    }
    // Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order.
    std::string all;
    for (auto const& operand : labels.operands) {
        all += operand;
    }
    labels.result = with_ellipsis(subscripts, "...", widest, where);
    auto letters = all;
    std::sort(letters.begin(), letters.end());
    for (auto const c : letters) {
        if (is_label(c) && std::count(all.begin(), all.end(), c) == 1) {
            labels.result += c;
        }
    }
    return labels;
}

/// The length of every label. Throws shape_error where operands do not agree on one.
inline label_lengths einsum_lengths(
    std::string_view subscripts,
    einsum_labels const& labels,
    std::vector<shape_type> const& shapes,
    std::source_location const& where)
{
    label_lengths lengths{};
    std::array<bool, 128> seen{};
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        for (std::size_t axis = 0; axis < shapes[i].size(); ++axis) {
            auto const label = static_cast<std::size_t>(labels.operands[i][axis]);
            auto const length = shapes[i][axis];
            if (seen[label] && lengths[label] != length && lengths[label] != 1 && length != 1) {
                fail_einsum(
                    subscripts,
                    "gives " + name_of_label(labels.operands[i][axis]) + " the lengths " +
                        std::to_string(lengths[label]) + " and " + std::to_string(length) +
                        " (operand " + std::to_string(i) + " of shape " + to_string(shapes[i]) +
                        ")",
                    where);
            }
            lengths[label] = seen[label] && length == 1 ? lengths[label] : length;
            seen[label] = true;
        }
    }
    for (auto const label : labels.result) {
        if (!seen[static_cast<std::size_t>(label)] ||
            std::count(labels.result.begin(), labels.result.end(), label) != 1) {
            fail_einsum(
                subscripts,
                "must name " + name_of_label(label) + " of its result once, and in some operand",
                where);
        }
    }
    return lengths;
}

template <class T>
tensor<T> einsum(
    std::string_view subscripts,
    std::vector<tensor<T>> const& operands,
    std::source_location const& where)
{
    one_statement const whole("einsum", where);
    std::vector<shape_type> shapes;
    for (auto const& operand : operands) {
        shapes.push_back(operand.shape());
    }
    auto const labels = parse_einsum(subscripts, shapes, where);
    auto const lengths = einsum_lengths(subscripts, labels, shapes, where);
    std::vector<labelled<T>> parts;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        labelled<T> part{operands[i], labels.operands[i]};
        part.take_diagonals(where);
        part.drop_unit_axes(lengths, where);
        parts.push_back(std::move(part));
    }
    // The pair with the cheapest product first.
    while (parts.size() > 1) {
        std::size_t first = 0;
        std::size_t second = 1;
        auto least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            for (std::size_t j = i + 1; j < parts.size(); ++j) {
                auto const cost = parts[i].cost_with(parts[j], lengths);
                if (cost < least) {
                    least = cost;
                    first = i;
                    second = j;
                }
            }
        }
        auto needed = labels.result;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            needed += i == first || i == second ? std::string() : parts[i].labels;
        }
        parts[first] = contract(parts[first], parts[second], needed, where);
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(second));
    }
    auto& last = parts.front();
    last.sum_out(labels.result, where);
    return last.arranged(labels.result, lengths, where);
}
} // namespace detail

/// Einstein's summation: `einsum("ij,jk->ik", a, b)`. A letter names an axis; products are summed
/// over the letters that are not in the result. A letter twice in one operand is its diagonal;
/// "..." stands for axes that broadcast; without "->" the result has the letters that occur once.
/// Several operands are multiplied in pairs, the cheapest first, by matrix products. Throws
/// shape_error where the subscripts do not fit the shapes.
template <array_operand... X>
    requires(sizeof...(X) > 0)
auto einsum(std::string_view subscripts, X const&... operands)
{
    using T = floating_element<value_type_of<X>...>;
    auto const where = std::source_location();
    return detail::einsum<T>(
        subscripts, std::vector<tensor<T>>{tensor<T>(as_tensor(operands))...}, where);
}
} // namespace xgrad
