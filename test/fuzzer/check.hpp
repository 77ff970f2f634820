// What is wrong with a program or a chain; empty where nothing.
#pragma once

#include "chain.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace fuzzer {

struct statistics
{
    std::size_t skipped = 0;
    std::map<std::string, std::size_t> operations;
    std::map<std::string, std::size_t> obstacles;
};

std::string check(program const& p, statistics& counts);
std::string check(chain const& c);

} // namespace fuzzer
