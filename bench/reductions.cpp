// Reductions of matrices: over rows, over columns, over everything.
#include "support/limit/reductions.hpp"
#include "support/data.hpp"
#include "support/harness.hpp"

#include <string>

using namespace xgrad;

namespace {
struct function
{
    std::string name;
    double (*of)(double const*, std::size_t);
    void (*columns)(double const*, std::size_t, std::size_t, double*);
    tensor<double> (*ours)(tensor<double> const&, axes_argument const&);
};

template <class Limit>
function
functions_of(std::string name, tensor<double> (*ours)(tensor<double> const&, axes_argument const&))
{
    return {std::move(name), &Limit::of, &Limit::columns, ours};
}

/// The size is the number of elements, in rows of `width`.
bench::workload rows(function const& f, std::size_t width)
{
    return {
        f.name + "_rows_" + std::to_string(width),
        {16384, 4096000},
        {width, 16 * width},
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform({size / width, width}, -2, 2);
            bench::array const data = x;
            bench::array<double> const out(size / width);
            sides.limit([=] {
                for (std::size_t row = 0; row < size / width; ++row) {
                    out.data()[row] = f.of(data.data() + row * width, width);
                }
                return out.view();
            });
            sides.ours([=] { return f.ours(x, 1); });
        }};
}

bench::workload columns(function const& f, std::size_t width)
{
    return {
        f.name + "_columns_" + std::to_string(width),
        {16384, 4096000},
        {width, 16 * width},
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform({size / width, width}, -2, 2);
            bench::array const data = x;
            bench::array<double> const out(width);
            sides.limit([=] {
                f.columns(data.data(), size / width, width, out.data());
                return out.view();
            });
            sides.ours([=] { return f.ours(x, 0); });
        }};
}

bench::workload all(function const& f)
{
    return {
        f.name + "_all",
        {16384, 4096000},
        bench::odd_sizes,
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform({size}, -2, 2);
            bench::array const data = x;
            sides.limit([=] { return f.of(data.data(), size); });
            sides.ours([=] { return f.ours(x, {}); });
        }};
}
} // namespace

int main(int argc, char** argv)
{
    std::vector<function> const functions{
        functions_of<limit::sum>(
            "sum", [](auto const& x, auto const& axes) { return xgrad::sum(x, axes); }),
        functions_of<limit::mean>(
            "mean", [](auto const& x, auto const& axes) { return xgrad::mean(x, axes); }),
        functions_of<limit::amax>(
            "amax", [](auto const& x, auto const& axes) { return xgrad::amax(x, axes); }),
        functions_of<limit::logsumexp>(
            "logsumexp", [](auto const& x, auto const& axes) { return xgrad::logsumexp(x, axes); }),
        functions_of<limit::variance>(
            "variance", [](auto const& x, auto const& axes) { return xgrad::variance(x, axes); })};
    std::vector<bench::workload> workloads;
    for (auto const& f : functions) {
        for (std::size_t const width : {64, 1024}) {
            workloads.push_back(rows(f, width));
            workloads.push_back(columns(f, width));
        }
        workloads.push_back(all(f));
    }
    return bench::run(workloads, argc, argv);
}
