// Compiled with -ffast-math, which lets the compiler reorder sums: all that is exact in a vector
// function still is. (What that flag gives up on purpose is not asked for: NaN, infinities, the
// sign of a zero.)
#include "../support/elementwise_table.hpp"

#if !defined(__ASSOCIATIVE_MATH__) && !defined(__clang__)
#    error "This is a test of -ffast-math."
#endif

namespace {

using namespace elementwise;

std::vector<operation> functions()
{
    std::vector<operation> all;
    for (auto const& part :
         {table<family::power>(),
          table<family::exponential>(),
          table<family::trigonometric>(),
          table<family::hyperbolic>(),
          table<family::special>(),
          table<family::activation>()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

ordinary_checks const all(functions());

} // namespace
