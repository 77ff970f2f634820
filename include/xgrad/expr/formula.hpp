#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/engine/block_kernels.hpp>

#include <locale>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// A part of a formula, and the precedence of its outermost operator; 3 for anything closed.
struct formula_part
{
    std::string text;
    int precedence;

    std::string closed(int needed) const { return precedence < needed ? "(" + text + ")" : text; }
};

inline int precedence_of(std::string_view symbol)
{
    return symbol == "*" || symbol == "/" || symbol == "%" ? 2
        : symbol == "+" || symbol == "-"                   ? 1
                                                           : 0;
}
} // namespace detail

/// The expression that `terms` describe, as the user would write it: "exp(-x0) * x1 + 2". `names`
/// are those of its tensors and numbers, in order.
XGRAD_COLD inline std::string
formula_of(std::span<expression_term const> terms, std::vector<std::string> const& names)
{
    std::vector<detail::formula_part> stack;
    auto name = names.begin();
    for (auto const& term : terms) {
        if (term.what != expression_term::kind::operation) {
            stack.push_back({*name++, 3});
        } else if (!term.symbol.empty() && term.arity == 2) {
            auto const right = std::move(stack.back());
            stack.pop_back();
            auto& left = stack.back();
            auto const p = detail::precedence_of(term.symbol);
            left.text = left.closed(p) + " " + std::string(term.symbol) + " " + right.closed(p + 1);
            left.precedence = p;
        } else if (!term.symbol.empty()) {
            stack.back() = {std::string(term.symbol) + stack.back().closed(3), 2};
        } else {
            auto const first = stack.size() - term.arity;
            std::string text(term.name);
            text += "(";
            for (auto i = first; i < stack.size(); ++i) {
                text += (i > first ? ", " : "") + stack[i].text;
            }
            for (; stack.size() > first; stack.pop_back()) {
            }
            stack.push_back({text + ")", 3});
        }
    }
    return stack.back().text;
}

/// A number as short as it can be printed, as C++ reads it whatever the program's locale is.
inline std::string number_text(double value)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << value;
    return text.str();
}
} // namespace xgrad
