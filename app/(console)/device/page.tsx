export { DevicePage as default } from '@/components/account/device-page'
