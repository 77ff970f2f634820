// error: xgrad: this function of xtensor has no derivative here
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor const x = xgrad::constant({1., 2.});
    auto const y = xt::cast<int>(x);
}
