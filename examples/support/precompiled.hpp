// What all examples read: parsed once for all of them where they are built for the tests.

#include <xgrad/xgrad.hpp>

#include <iomanip>
#include <iostream>
