// The run-time part of xgrad as a library, for programs built with -DXGRAD_COMPILED: the same code
// as in the headers, compiled once instead of in every file. It must be compiled for the
// instruction set of the program (-march=...): the names differ, so that a mismatch is a link
// error.
#define XGRAD_IS_LIBRARY
#include <xgrad/xgrad.hpp>
