// What every test reads first and we do not write: parsed once for all tests, it saves three
// quarters of a test's compile time. Our own headers stay out, or each change would rebuild the
// tests that need few of them.

#include <boost/test/unit_test.hpp>

#include <support/third_party.hpp>
