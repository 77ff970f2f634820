#pragma once

#include <xgrad/base/xtensor/print.hpp>
#include <xgrad/tensor/tensor.hpp>

#include <ostream>
#include <sstream>
#include <string>

namespace xgrad {
/// Prints the values as xtensor does; an expression is evaluated first.
template <expression X>
std::ostream& operator<<(std::ostream& out, X const& x)
{
    auto const values = as_tensor(x, {}).value();
    return xt::operator<<(out, values);
}

/// "tensor<double>{2, 3}({{1., 2., 3.}, {4., 5., 6.}})": type, shape and values.
template <array_operand X>
std::string repr(X const& x, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    std::ostringstream text;
    text << "tensor<" << name_of(values.body().type) << ">" << to_string(values.shape()) << "("
         << values << ")";
    return text.str();
}
} // namespace xgrad
