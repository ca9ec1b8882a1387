"""Owns figures of local self-government: budgets of rural districts by year, published indicators.

May import intake (tables) and below.
Promises: every figure says where it is from; what is not known is not shown as a number.
"""
