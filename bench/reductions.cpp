// Reductions of matrices: over rows, over columns, over everything.
#include "support/limit/reductions.hpp"
#include "support/data.hpp"
#include "support/harness.hpp"

#include <concepts>
#include <initializer_list>
#include <string>

using namespace xgrad;

namespace {
template <class T>
struct function
{
    std::string name;
    T (*of)(T const*, std::size_t);
    void (*columns)(T const*, std::size_t, std::size_t, T*);
    tensor<T> (*ours)(tensor<T> const&, axes_argument const&);
};

template <class T>
constexpr double tolerance = std::same_as<T, float> ? 1e-3 : 1e-10;

/// The size is the number of elements, in rows of `width`.
template <class T>
bench::workload rows(function<T> const& f, std::size_t width)
{
    return {
        f.name + "_rows_" + std::to_string(width),
        {16384, 4096000},
        {width, 16 * width},
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform<T>({size / width, width}, -2, 2);
            bench::array const data = x;
            bench::array<T> const out(size / width);
            sides.tolerance = tolerance<T>;
            sides.limit([=] {
                for (std::size_t row = 0; row < size / width; ++row) {
                    out.data()[row] = f.of(data.data() + row * width, width);
                }
                return out.view();
            });
            sides.ours([=] { return f.ours(x, 1); });
        }};
}

template <class T>
bench::workload columns(function<T> const& f, std::size_t width)
{
    return {
        f.name + "_columns_" + std::to_string(width),
        {16384, 4096000},
        {width, 16 * width},
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform<T>({size / width, width}, -2, 2);
            bench::array const data = x;
            bench::array<T> const out(width);
            sides.tolerance = tolerance<T>;
            sides.limit([=] {
                f.columns(data.data(), size / width, width, out.data());
                return out.view();
            });
            sides.ours([=] { return f.ours(x, 0); });
        }};
}

template <class T>
bench::workload all(function<T> const& f)
{
    return {
        f.name + "_all",
        {16384, 4096000},
        bench::odd_sizes,
        [=](std::size_t size, bench::sides& sides) {
            auto const x = random::uniform<T>({size}, -2, 2);
            bench::array const data = x;
            sides.tolerance = tolerance<T>;
            sides.limit([=] { return f.of(data.data(), size); });
            sides.ours([=] { return f.ours(x, {}); });
        }};
}

/// Each function over rows and columns of some widths, and over everything.
template <class T>
void add_workloads(
    std::vector<bench::workload>& list,
    std::string const& suffix,
    std::initializer_list<std::size_t> widths)
{
    using X = tensor<T> const&;
    using A = axes_argument const&;
    function<T> const functions[] = {
        {"sum" + suffix,
         &limit::sum<T>::of,
         &limit::sum<T>::columns,
         [](X x, A axes) { return xgrad::sum(x, axes); }},
        {"mean" + suffix,
         &limit::mean<T>::of,
         &limit::mean<T>::columns,
         [](X x, A axes) { return xgrad::mean(x, axes); }},
        {"amax" + suffix,
         &limit::amax<T>::of,
         &limit::amax<T>::columns,
         [](X x, A axes) { return xgrad::amax(x, axes); }},
        {"logsumexp" + suffix,
         &limit::logsumexp<T>::of,
         &limit::logsumexp<T>::columns,
         [](X x, A axes) { return xgrad::logsumexp(x, axes); }},
        {"variance" + suffix,
         &limit::variance<T>::of,
         &limit::variance<T>::columns,
         [](X x, A axes) { return tensor<T>(xgrad::variance(x, axes)); }}};
    for (auto const& f : functions) {
        for (auto const width : widths) {
            list.push_back(rows(f, width));
            list.push_back(columns(f, width));
        }
        list.push_back(all(f));
    }
}
} // namespace

int main(int argc, char** argv)
{
    std::vector<bench::workload> workloads;
    add_workloads<double>(workloads, "", {64, 1024});
    add_workloads<float>(workloads, "_float", {1024});
    return bench::run(workloads, argc, argv);
}
