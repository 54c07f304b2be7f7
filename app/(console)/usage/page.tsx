export { UsagePage as default } from '@/components/usage/usage-page'
