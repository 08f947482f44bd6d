package dev.plumbline.report;
class KeptReportsTests {}
