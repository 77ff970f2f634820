// Chains: elementwise statements over arrays of one shape, with scalars and constants among their
// operands, of which the last is summed. In double and in float, and by the reference.
#pragma once

#include "program.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fuzzer {

/// One statement: register[target] = operation(register[operands]...).
struct link
{
    std::size_t what = 0;
    std::size_t operands[3] = {};
    std::size_t target = 0;
};

/// What becomes of the last register.
enum class chain_total
{
    sum_of_tensor,
    mean_of_tensor,
    sum_of_expression,
    mean_of_expression
};

/// Registers: an array, an array or a scalar, a scalar (these are arguments); a constant array, a
/// constant scalar; then one for each statement, or an earlier one that loses its value.
struct chain
{
    static constexpr std::size_t arguments = 3;
    static constexpr std::size_t first_free = 5;

    std::uint64_t seed = 0;
    std::size_t size = 0;
    bool second_is_scalar = false;
    std::vector<link> links;
    std::size_t registers = first_free;
    chain_total total = chain_total::sum_of_tensor;

    std::string text() const;
};

/// The statements of a seed alone; they read the first `known` registers and their own.
std::vector<link> some_links(dice& d, std::size_t length, std::size_t known);

chain generate_chain(std::uint64_t seed);

/// The registers before the first statement: `which` of several sets of arguments.
template <class T>
std::vector<xgrad::tensor<T>> registers_of(chain const& c, std::size_t which);

/// Runs statements [first, end).
template <class T>
void run_links(
    std::vector<link> const& links,
    std::vector<xgrad::tensor<T>>& registers,
    std::size_t first,
    std::size_t end);

/// The sum or mean at the end.
template <class T>
xgrad::tensor<T> total_of(chain const& c, std::vector<xgrad::tensor<T>> const& registers);

/// The same statements for one element.
template <class Real>
void run_links(
    std::vector<link> const& links,
    std::vector<number<Real>>& registers,
    std::size_t first,
    std::size_t end);

/// The derivative of a chain's value by each element of a tensor: the result of a statement (its
/// number), or an argument (its number less that of the arguments).
template <class Real>
std::vector<Real> derivatives(chain const& c, std::size_t which, std::ptrdiff_t by);

} // namespace fuzzer
