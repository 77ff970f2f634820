// For the tests that use the whole of xgrad: our headers, too, are parsed once for all of them. (A
// change to any of them rebuilds these tests, as it would without.)

#include <support/precompiled.hpp>
#include <xgrad/xgrad.hpp>
