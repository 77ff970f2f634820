#pragma once

#include <xgrad/engine/block_kernels.hpp>

#include <cstddef>
#include <locale>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad {
/// The expression that `terms` describe, as the user would write it: "exp(-x0) * x1 + 2".
/// `tensor(i)` and `number(i)` name its i-th tensor and number.
template <class TensorName, class NumberName>
std::string
formula_of(std::span<expression_term const> terms, TensorName&& tensor, NumberName&& number)
{
    struct part
    {
        std::string text;
        int precedence; // of the outermost operator; 3 for anything closed
    };

    auto const precedence_of = [](std::string_view symbol) {
        return symbol == "*" || symbol == "/" ? 2 : symbol == "+" || symbol == "-" ? 1 : 0;
    };
    auto const closed = [](part const& p, int needed) {
        return p.precedence < needed ? "(" + p.text + ")" : p.text;
    };

    std::vector<part> stack;
    std::size_t tensors = 0;
    std::size_t numbers = 0;
    for (auto const& term : terms) {
        using kind = expression_term::kind;
        if (term.what == kind::tensor) {
            stack.push_back({tensor(tensors++), 3});
        } else if (term.what == kind::scalar) {
            stack.push_back({number(numbers++), 3});
        } else if (!term.symbol.empty() && term.arity == 2) {
            auto const right = std::move(stack.back());
            stack.pop_back();
            auto const p = precedence_of(term.symbol);
            stack.back() = {
                closed(stack.back(), p) + " " + std::string(term.symbol) + " " +
                    closed(right, p + 1),
                p};
        } else if (!term.symbol.empty()) {
            stack.back() = {std::string(term.symbol) + closed(stack.back(), 3), 2};
        } else {
            auto const first = stack.size() - term.arity;
            std::string text(term.name);
            text += "(";
            for (auto i = first; i < stack.size(); ++i) {
                text += (i > first ? ", " : "") + stack[i].text;
            }
            stack.resize(first);
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
