#pragma once

#include <xgrad/symbolic/derive.hpp>
#include <xgrad/symbolic/program.hpp>

#include <atomic>
#include <cstring>

namespace xgrad {
/// A lock that is held shortly and seldom (<mutex> would cost every program's compiler more).
class flag_lock
{
public:
    explicit flag_lock(std::atomic_flag& flag) : flag_(flag)
    {
        while (flag_.test_and_set(std::memory_order_acquire)) {
            flag_.wait(true, std::memory_order_relaxed);
        }
    }

    flag_lock(flag_lock const&) = delete;
    flag_lock& operator=(flag_lock const&) = delete;

    ~flag_lock()
    {
        flag_.clear(std::memory_order_release);
        flag_.notify_one();
    }

private:
    std::atomic_flag& flag_;
};

inline namespace XGRAD_ARCHITECTURE {
/// A graph with kernels as a compiled expression has them: tapes and sweeps see no difference. The
/// kernels' adjoints are derived when they are asked for first.
class interpreted_graph
{
public:
    interpreted_graph(interpreted_graph const&) = delete;
    interpreted_graph& operator=(interpreted_graph const&) = delete;

    /// `carries[i]`: leaf i has an adjoint.
    interpreted_graph(
        term_graph g,
        term_place root,
        std::vector<bool> const& carries,
        std::uint32_t numbers,
        std::string_view name)
        : graph_(std::move(g)), root_(root), values_(graph_, {&root_, 1})
    {
        bool any = false;
        for (bool const carried : carries) {
            leaves_.push_back({carried, true});
            terms_.push_back({expression_term::kind::tensor, 0, {}, {}, nullptr});
            any = any || carried;
        }
        auto const arity = static_cast<std::uint8_t>(std::min(carries.size(), std::size_t{255}));
        terms_.push_back({expression_term::kind::operation, arity, name, {}, nullptr});
        kernels = {
            .values = &compute,
            .adjoints = any ? &compute_adjoints : nullptr,
            .compute = graph_.type(),
            .result = graph_.type(),
            .result_needed = false,
            .cost = values_.cost(),
            .scalars = numbers,
            .leaves = leaves_,
            .terms = terms_,
            .program = this};
    }

    term_graph const& formula() const noexcept { return graph_; }

    term_place root() const noexcept { return root_; }

    block_kernels kernels{};

private:
    static interpreted_graph const& of(void const* program)
    {
        return *static_cast<interpreted_graph const*>(program);
    }

    static void compute(value_block const& block)
    {
        auto const& self = of(block.program);
        auto const width = bytes_of(self.graph_.type());
        auto* const to = static_cast<std::byte*>(block.values);
        self.values_.run(
            block.operands,
            block.scalars,
            block.count,
            [&](std::size_t, void const* from, std::size_t begin, std::size_t count) {
                std::memcpy(to + begin * width, from, count * width);
            });
    }

    static void compute_adjoints(adjoint_block const& block)
    {
        auto const& self = of(block.program);
        self.derive_once();
        auto const width = bytes_of(self.graph_.type());
        // The seed is one more leaf.
        auto const leaves = self.leaves_.size();
        scratch_memory table((leaves + 1) * sizeof(void const*));
        auto** const operands = table.as<void const*>();
        for (std::size_t i = 0; i < self.adjoint_leaves_.size(); ++i) {
            auto const leaf = self.adjoint_leaves_[i];
            operands[i] = leaf == leaves ? block.seed : block.operands[leaf];
        }
        for (std::size_t i = 0; i < leaves; ++i) {
            if (self.leaves_[i].carries_gradient && !self.reached_[i] && !block.accumulate[i]) {
                std::memset(block.adjoints[i], 0, block.count * width);
            }
        }
        self.adjoints_.run(
            operands,
            block.scalars,
            block.count,
            [&](std::size_t root, void const* from, std::size_t begin, std::size_t count) {
                auto const leaf = self.adjoint_of_[root];
                auto* const to = static_cast<std::byte*>(block.adjoints[leaf]) + begin * width;
                if (!block.accumulate[leaf]) {
                    std::memcpy(to, from, count * width);
                } else if (width == sizeof(double)) {
                    add_elements<double>(to, from, count);
                } else {
                    add_elements<float>(to, from, count);
                }
            });
    }

    template <class T>
    static void add_elements(void* into, void const* from, std::size_t count)
    {
        auto* const to = static_cast<T*>(into);
        auto const* const more = static_cast<T const*>(from);
        for (std::size_t i = 0; i < count; ++i) {
            to[i] += more[i];
        }
    }

    void derive_once() const
    {
        if (derived_.load(std::memory_order_acquire)) {
            return;
        }
        flag_lock const only(deriving_);
        if (!derived_.load(std::memory_order_relaxed)) {
            derive();
            derived_.store(true, std::memory_order_release);
        }
    }

    void derive() const
    {
        auto g = graph_;
        term_graph::scope const current(g);
        auto const leaves = leaves_.size();
        auto const seed = g.leaf(static_cast<std::uint32_t>(leaves));
        auto const adjoints = leaf_adjoints_of(g, root_, root_, seed, leaves + 1);
        std::vector<term_place> roots;
        reached_.assign(leaves, false);
        for (std::size_t i = 0; i < leaves; ++i) {
            if (leaves_[i].carries_gradient && adjoints[i] != no_term) {
                reached_[i] = true;
                adjoint_of_.push_back(static_cast<std::uint32_t>(i));
                roots.push_back(adjoints[i]);
            }
        }
        auto const pruned = g.pruned(roots, adjoint_leaves_);
        adjoints_ = term_program(pruned, roots);
    }

    term_graph graph_;
    term_place root_;
    term_program values_;
    std::vector<leaf_traits> leaves_;
    std::vector<expression_term> terms_;
    mutable std::atomic_flag deriving_;
    mutable std::atomic<bool> derived_ = false;
    mutable term_program adjoints_;
    mutable std::vector<std::uint32_t> adjoint_leaves_; // of each leaf of `adjoints_`: which it is
    mutable std::vector<std::uint32_t> adjoint_of_; // of each root of `adjoints_`: of which leaf
    mutable std::vector<bool> reached_;
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
