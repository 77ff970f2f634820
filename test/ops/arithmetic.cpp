#include "../support/elementwise_table.hpp"

namespace {

elementwise::checks const all(elementwise::table<elementwise::family::arithmetic>());

} // namespace
