// The reference data name no elementwise function that no test runs.
#include "../support/oracle.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <sstream>

BOOST_AUTO_TEST_CASE(every_function_of_the_reference_data_is_in_the_table)
{
    std::ifstream file(XGRAD_ORACLE_DIRECTORY "/../support/elementwise_table.hpp");
    std::stringstream text;
    text << file.rdbuf();
    auto const table = text.str();
    std::set<std::string> names;
    for (auto const* data : {"elementwise", "ulp", "broadcast"}) {
        for (auto const& r : oracle::load(data)) {
            names.insert(r.op);
        }
    }
    BOOST_TEST(names.size() > 90u);
    for (auto const& name : names) {
        // cast has a test of its own
        auto const found = name == "cast" || table.find('"' + name + '"') != std::string::npos;
        BOOST_TEST(found, name);
    }
}
