#pragma once

#include <xgrad/array/take.hpp>

namespace xgrad {
/// The rows of a table that the indices name: shape indices.shape() ++ table.shape()[1..]. The
/// gradient adds up where a row is named several times. Throws value_error for a row that is not
/// there.
template <array_operand Table>
auto embedding(
    Table const& table,
    index_argument const& indices,
    std::source_location where = std::source_location::current())
{
    return detail::taken("embedding", as_tensor(table, where), indices, 0, where);
}
} // namespace xgrad
