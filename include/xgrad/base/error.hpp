#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace xgrad {
/// Everything that xgrad throws, running out of memory (`std::bad_alloc`) apart.
struct error : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Shapes, ranks or axes that do not fit together.
struct shape_error : error
{
    using error::error;
};

/// A tape that does not hold what is asked of it.
struct tape_error : error
{
    using error::error;
};

/// A source on which the target does not depend.
struct unconnected_error : tape_error
{
    using tape_error::tape_error;
};

/// A value outside what a function takes: an index, a file, a number.
struct value_error : error
{
    using error::error;
};

/// A NaN or an infinity where `check_numerics` forbids it.
struct numerics_error : error
{
    using error::error;
};

/// " [file.cpp:12]": where in the user's program the failing statement stands.
/// Nothing where the compiler could not tell (an assignment operator has no room for a location).
inline std::string at(std::source_location const& where)
{
    if (where.line() == 0) {
        return {};
    }
    std::string_view file = where.file_name();
    if (auto const slash = file.find_last_of("/\\"); slash != file.npos) {
        file.remove_prefix(slash + 1);
    }
    return " [" + std::string(file) + ":" + std::to_string(where.line()) + "]";
}
} // namespace xgrad
