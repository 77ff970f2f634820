// Every vector function, in double and in float: nanoseconds per element on fresh random data, and
// the largest error over some 100,000 points in units in the last place, beside glibc's libmvec and
// the scalar C library. The reference is computed in 113 bits (libquadmath).
//
//     functions                     a table
//     functions --markdown FILE     writes it into FILE, as docs/functions.md has it
//     functions --check             only whether all errors are within their bounds
//     functions NAME ...            these functions alone
#include "support/function_table.hpp"

#include <fstream>
#include <sstream>

namespace {
using namespace bench::functions;

/// Puts the two tables in place of what stands between the marks in a document.
void write_markdown(std::string const& path, std::vector<row> const& rows)
{
    std::stringstream old;
    old << std::ifstream(path).rdbuf();
    std::string text = old.str();
    for (bool const single : {false, true}) {
        std::string const word = single ? "float" : "double";
        auto const begin_mark = "<!-- " + word + " -->\n";
        auto const end_mark = "<!-- end of " + word + " -->";
        auto const begin = text.find(begin_mark);
        auto const end = text.find(end_mark);
        if (begin == std::string::npos || end == std::string::npos) {
            text += begin_mark + markdown(rows, single) + end_mark + "\n";
        } else {
            auto const from = begin + begin_mark.size();
            text.replace(from, end - from, markdown(rows, single));
        }
    }
    std::ofstream(path) << text;
}
} // namespace

int main(int count, char** arguments)
{
    std::vector<std::string> names;
    std::string document;
    std::string json_file;
    bool check = false;
    for (int i = 1; i < count; ++i) {
        std::string const argument = arguments[i];
        std::string const output = "--benchmark_out=";
        if (argument == "--check") {
            check = true;
        } else if (argument == "--markdown" && i + 1 < count) {
            document = arguments[++i];
        } else if (argument.starts_with(output)) {
            json_file = argument.substr(output.size());
        } else if (!argument.starts_with("--")) {
            names.push_back(argument);
        }
    }

    std::vector<row> rows;
    int passed = 0;
    int failed = 0;
    if (!check) {
        std::puts("function   type      ours libmvec    libm  ratio  our ulp libmvec's at");
    }
    for (auto const& f : make_table()) {
        if (!names.empty() && std::ranges::find(names, f.name) == names.end()) {
            continue;
        }
        if (check) {
            for (bool const good : {within_bound<double>(f), within_bound<float>(f)}) {
                ++(good ? passed : failed);
            }
        } else {
            rows.push_back(measure<double>(f));
            rows.push_back(measure<float>(f));
        }
    }
    if (check) {
        std::printf("%d passed, %d failed\n", passed, failed);
    }
    if (!document.empty()) {
        write_markdown(document, rows);
    }
    if (!json_file.empty()) {
        std::ofstream(json_file) << json(rows);
    }
    return failed == 0 ? 0 : 1;
}
