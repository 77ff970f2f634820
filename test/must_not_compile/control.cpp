// compiles
// Without a case that compiles, a broken command line would let every other case pass.
#include <span>

static_assert(sizeof(std::span<double>) > 0, "C++20 is there");
